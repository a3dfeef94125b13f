import { expect, test } from "@jest/globals";
import pg from "pg";
import { connectionSettings } from "../../../src/database/connectionSettings.ts";
import { entryFor, type Purpose } from "../../../src/database/entry.ts";

const optionsOf = (url: string): string | undefined =>
  (
    new pg.Client(connectionSettings({ url }, "test")) as unknown as {
      connectionParameters: { options?: string };
    }
  ).connectionParameters.options;

test("a session is in UTC, whatever the URL asks for", () => {
  expect(optionsOf("postgresql://a:b@localhost/c")).toBe("-c timezone=UTC");
  // PostgreSQL takes the last of two; the URL's other settings stay.
  const url = "postgresql://a:b@localhost/c?options=-c%20TimeZone%3DAmerica/New_York%20-c%20work_mem%3D64MB";
  expect(optionsOf(url)).toBe("-c TimeZone=America/New_York -c work_mem=64MB -c timezone=UTC");
});

test("a session has the name that our others know it by, whatever the URL calls it", () => {
  const client = new pg.Client(
    connectionSettings({ url: "postgresql://u@h/db?application_name=mine" }, "ours"),
  );
  expect(client).toMatchObject({ connectionParameters: { application_name: "ours" } });
});

test("a password with a bare per cent sign is read as pg reads it", () => {
  const client = new pg.Client(connectionSettings({ url: "postgresql://u:100%sure@h/db" }, "test"));
  expect(client.password).toBe("100%sure");
  expect(optionsOf("postgresql://u:100%sure@h/db")).toBe("-c timezone=UTC");
  expect(new pg.Client(connectionSettings({ url: "postgresql://u:a%40b@h/db" }, "test")).password).toBe(
    "a@b",
  );
});

test("a session enters its role as it is made, and what may only read says so", () => {
  const optionsFor = (purpose: Purpose, hasRoles: boolean): string | undefined => {
    const entry = entryFor("postgresql://u@h/db?options=-c%20role%3Dboss", purpose, hasRoles);
    return (
      new URL(connectionSettings(entry, "test").connectionString ?? "").searchParams.get("options") ?? ""
    );
  };
  const others = "-c role=boss -c timezone=UTC";
  const readOnly = "-c default_transaction_read_only=on";
  expect(optionsFor("load", true)).toBe(`${others} -c role=tillhouse_loader`);
  expect(optionsFor("verify", true)).toBe(`${others} ${readOnly} -c role=tillhouse_loader`);
  expect(optionsFor("read", true)).toBe(`${others} ${readOnly} -c role=tillhouse_reader`);
  expect(optionsFor("own", true)).toBe(others);
  expect(optionsFor("load", false)).toBe(others);
  expect(optionsFor("read", false)).toBe(`${others} ${readOnly}`);
});
