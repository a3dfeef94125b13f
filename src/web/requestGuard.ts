import { isSecret } from "../lib/isSecret.ts";
import { isLocalHost } from "../lib/loopback.ts";

/** Why a request gets no answer. */
export interface Refusal {
  readonly status: 401 | 421;
  readonly code: string;
  readonly message: string;
}

/** What a request says of who sent it. */
interface Sender {
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

const FOREIGN_HOST: Refusal = {
  ...{ status: 421, code: "host_refused" },
  message: "This host name is not served here. Ask for localhost or 127.0.0.1, or set HTTP_TOKEN.",
};
const NO_TOKEN: Refusal = {
  ...{ status: 401, code: "token_required" },
  message:
    "The daemon's HTTP_TOKEN is needed: Authorization: Bearer TOKEN. In a browser, any user name with the token as password.",
};

/**
 * Who may ask: whoever knows the token. Where there is none, whoever is on this machine and means it: any page in a browser there
 * can send requests here under a name of its own that it had pointed to 127.0.0.1 (DNS rebinding), and would read the answers.
 *
 * @param isOpen of a route that is answered without the token as well
 */
export function refusalOf(
  { host, authorization }: Sender,
  token: string | undefined,
  isOpen: boolean,
): Refusal | undefined {
  if (token === undefined) return isLocalHost(host) ? undefined : FOREIGN_HOST;
  if (isOpen || isSecret(tokenIn(authorization), token)) return undefined;
  return NO_TOKEN;
}

/** As programs send it, or as browsers do: the password of a user of any name. */
function tokenIn(authorization = ""): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic +([\w+/]+=*) *$/i.exec(authorization)?.[1];
  if (basic === undefined) return undefined;
  const pair = Buffer.from(basic, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? undefined : pair.slice(colon + 1);
}
