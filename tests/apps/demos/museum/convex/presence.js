// Who is in which room, in JavaScript and without validators.
import { mutation, query } from "./_generated/server";

const SHOWN_MAX = 20;

const placeOf = (db, user, room) => db.query("presence").withIndex("by_user_room", (q) => q.eq("user", user).eq("room", room)).unique();

export const update = mutation(async ({ db }, { room, user, data }) => {
  const place = await placeOf(db, user, room);
  if (place) await db.patch(place._id, { data, updated: Date.now() });
  else await db.insert("presence", { user, data, room, updated: Date.now() });
});

export const heartbeat = mutation(async (ctx, { room, user }) => {
  const place = await placeOf(ctx.db, user, room);
  if (place) await ctx.db.patch("presence", place._id, { updated: Date.now() });
});

export const list = query(async ({ db }, { room }) => {
  const places = await db.query("presence").withIndex("by_room_updated", (q) => q.eq("room", room)).order("desc").take(SHOWN_MAX);
  return places.map(({ _creationTime, updated, user, data }) => ({ created: _creationTime, updated, user, data }));
});
