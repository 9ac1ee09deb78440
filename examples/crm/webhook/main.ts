/** `npm run lead`: sends a lead as a company's web form would, signed with the secret of its inbox. */
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { signedLead } from "./sign";

const HELP = `Sends a lead as a web form would: FERRY_INBOX_SECRET=... npm run lead -- --company ID [options]

Options:
  --company ID     whose inbox: the page "API keys" shows it
  --name TEXT      (default "Web Visitor")
  --email TEXT     (default visitor@example.org)
  --message TEXT   (default none)
  --delivery ID    the same one twice counts once (default a new one)
  --site URL       where HTTP actions are (default http://127.0.0.1:3210)
`;

const { values } = parseArgs({
  options: {
    company: { type: "string" },
    name: { type: "string", default: "Web Visitor" },
    email: { type: "string", default: "visitor@example.org" },
    message: { type: "string" },
    delivery: { type: "string", default: randomUUID() },
    site: { type: "string", default: "http://127.0.0.1:3210" },
  },
});
const secret = process.env["FERRY_INBOX_SECRET"];

if (values.company === undefined || secret === undefined) {
  process.stdout.write(HELP);
  process.exitCode = 2;
} else {
  const lead = { fullName: values.name, email: values.email, message: values.message ?? null };
  const response = await fetch(`${values.site}/v1/webhooks/leads/${values.company}`, signedLead(lead, values.delivery, secret, Date.now()));
  console.log(response.status, await response.text());
  process.exitCode = response.ok ? 0 : 1;
}
