import { expect, test } from "@jest/globals";
import { refuseUnsafeNodeOptions } from "../../../src/config/unsafeNodeOptions.ts";

const asNodeOptions = (text: string) => () => {
  refuseUnsafeNodeOptions({ NODE_OPTIONS: text }, []);
};
const asArguments = (text: string) => () => {
  refuseUnsafeNodeOptions({}, text.split(" "));
};

test.each([
  "--heapsnapshot-signal=SIGUSR2",
  "--heapsnapshot_near_heap_limit=1",
  "--heap-snapshot-on-oom",
  "--heap-prof",
  "--build-snapshot",
  "--inspect",
  "--inspect=0.0.0.0:9229",
  "--inspect-brk",
  "--inspect-wait=0",
  "--abort-on-uncaught-exception",
  "--abort_on_uncaught_exception",
  "--trace",
  "--experimental-default-config-file",
  '--require "a b.js" --heap-prof',
])("%s shows or writes memory", (text) => {
  expect(asNodeOptions(text)).toThrow("NODE_OPTIONS");
  expect(asArguments(text)).toThrow("the command line of node");
});

test.each([
  "",
  "--max-old-space-size=4096 --enable-source-maps",
  "--diagnostic-dir=/tmp --report-on-fatalerror --report-dir=/tmp",
  "--no-inspect --inspect-port=0 --inspect-publish-uid=http",
  "--heap-snapshot-string-limit=10",
  "--trace-warnings --trace-uncaught --cpu-prof",
  "--import=data:text/javascript,inspect",
])("%s does not", (text) => {
  expect(asNodeOptions(text)).not.toThrow();
  expect(asArguments(text)).not.toThrow();
});

test.each(["stream", "STREAM", "fs, stream", "*", "s*m", "net,*"])(
  "NODE_DEBUG=%s shows what goes through",
  (NODE_DEBUG) => {
    expect(() => {
      refuseUnsafeNodeOptions({ NODE_DEBUG }, []);
    }).toThrow("NODE_DEBUG");
  },
);

test.each(["", "esm,module", "net", "streams", "s.ream", "timer"])("NODE_DEBUG=%s does not", (NODE_DEBUG) => {
  expect(() => {
    refuseUnsafeNodeOptions({ NODE_DEBUG }, []);
  }).not.toThrow();
});

test("the refusal says what to do, and never shows a value", () => {
  const refusal = asNodeOptions("--inspect=secret:1");
  expect(refusal).toThrow(expect.objectContaining({ code: "unsafe_node_options", exitCode: 2 }));
  expect(refusal).toThrow(/^--inspect in NODE_OPTIONS .*Take it out of NODE_OPTIONS\.$/);
});
