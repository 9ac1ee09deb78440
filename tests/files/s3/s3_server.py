"""OpenStack Swift with its S3 API, all its servers in one process, for tests: s3_server.py <folder> <access key> <secret>.

Prints "ready <port>" when it answers. It checks signatures of version 4 and knows uploads in parts, ranges and listings.
"""
import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import tpool, wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

folder, access_key, secret = sys.argv[1:4]
account, user = access_key.split(":")
utils.HASH_PATH_SUFFIX = b"rivulet"
os.makedirs(os.path.join(folder, "devices", "disk"))


class Silent:
    def write(self, _text):
        pass

    def flush(self):
        pass


class Cache:
    """In the place of memcached."""

    def __init__(self):
        self.values = {}

    def set(self, key, value, *_args, **_options):
        self.values[key] = value

    def get(self, key, *_args, **_options):
        return self.values.get(key)

    def incr(self, key, delta=1, *_args, **_options):
        self.values[key] = int(self.values.get(key, 0)) + int(delta)
        return self.values[key]

    def delete(self, key, *_args, **_options):
        self.values.pop(key, None)


def config(name, text):
    path = os.path.join(folder, name + ".conf")
    with open(path, "w") as file:
        file.write(text)
    return path


def storage_app(kind):
    return loadapp(config(kind, f"""
[DEFAULT]
devices = {folder}/devices
swift_dir = {folder}
mount_check = false
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""))


def ring(kind, port):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "meta": ""})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, f"{kind}.ring.gz"))


def serve(socket, app):
    eventlet.spawn(wsgi.server, socket, app, log=Silent(), log_output=False)


for kind in ("account", "container", "object"):
    socket = eventlet.listen(("127.0.0.1", 0))
    ring(kind, socket.getsockname()[1])
    serve(socket, storage_app(kind))

proxy = loadapp(config("proxy", f"""
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors s3api tempauth slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
[filter:slo]
use = egg:swift#slo
rate_limit_after_segment = 0
rate_limit_segments_per_sec = 0
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""))
cache = Cache()


def app(environment, start_response):
    environment["swift.cache"] = cache
    return proxy(environment, start_response)


front = eventlet.listen(("127.0.0.1", 0))
serve(front, app)
print(f"ready {front.getsockname()[1]}", flush=True)
# Ends with whoever started it.
tpool.execute(sys.stdin.read)
os._exit(0)
