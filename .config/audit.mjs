// Known holes in what is installed, at high and above: `npm audit`, with exceptions that say why they do no harm here.
// A registry without that service (a mirror, or no network) is said, and passes: there is nothing to compare with. With
// AUDIT=required, as where the check must have been made, it fails.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Advisories that were looked at, by id such as GHSA-xxxx-xxxx-xxxx, and why each does no harm here. */
const EXCEPTIONS = {};

const say = (line) => process.stdout.write(`${line}\n`);

/** Anything else that is set is a slip, which must not pass for the wish. */
const { AUDIT = "" } = process.env;
if (!["", "required"].includes(AUDIT)) {
  say(`AUDIT is required or nothing, not ${JSON.stringify(AUDIT)}`);
  process.exit(2);
}

const BAD = new Set(["high", "critical"]);

/** npm ends with 1 when it has found something, and with 1 as well when it could not ask. */
async function audit() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout } = await promisify(execFile)(npm, ["audit", "--json"], { maxBuffer: 1 << 28 }).catch(
    (error) => error,
  );
  return JSON.parse(stdout === undefined || stdout === "" ? "{}" : stdout);
}

const report = await audit();
if (report.vulnerabilities === undefined) {
  const why = `the registry answers no audit (${report.message ?? report.error?.summary ?? "no answer"})`;
  if (AUDIT === "required") {
    say(`failed: ${why}, and AUDIT=required asks for one`);
    process.exitCode = 1;
  } else {
    say(`skipped: ${why}. Set AUDIT=required to have that fail`);
  }
} else {
  // A package that depends on a bad one is listed by that one's name; the advisory itself is an object.
  const advisories = Object.values(report.vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((via) => typeof via === "object" && BAD.has(via.severity));
  const found = new Map(advisories.map((each) => [each.url.split("/").pop(), each]));
  const open = [...found].filter(([id]) => !(id in EXCEPTIONS));
  const outdated = Object.keys(EXCEPTIONS).filter((id) => !found.has(id));
  for (const [id, { name, title, url }] of open) say(`${name}: ${title} (${id}, ${url})`);
  for (const id of outdated) say(`${id} is not found any more: take it out of the exceptions`);
  say(`${found.size} advisories at high and above, ${open.length} without an explanation`);
  if (open.length > 0 || outdated.length > 0) process.exitCode = 1;
}
