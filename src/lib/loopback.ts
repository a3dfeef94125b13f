import { isIPv4 } from "node:net";

/** Whether an IP address leads to nowhere but this machine. */
export function isLoopback(address: string): boolean {
  return address === "::1" || (isIPv4(address) && address.startsWith("127."));
}

/** How a browser, or any other client, writes that it means this machine. The port says nothing of who asks. */
const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a `Host` header means this machine. A page whose name was pointed here (DNS rebinding) sends that name.
 *
 * @param header as it was sent
 */
export function isLocalHost(header: string | undefined): boolean {
  return header !== undefined && LOCAL_HOST.test(header);
}
