import { once } from "../../lib/once.ts";
import { ASSETS } from "../assets.ts";
import { NOT_FOUND, sendError } from "../errorAnswers.ts";
import { PAGE_HEADERS } from "../pageHeaders.ts";
import { AnswersPage } from "../pages/answersPage.tsx";
import { ChecksPage } from "../pages/checksPage.tsx";
import { asHtml, type Page } from "../pages/document.tsx";
import { ModelPage, TablePage } from "../pages/modelPage.tsx";
import { OverviewPage } from "../pages/overviewPage.tsx";
import { QuarantinePage } from "../pages/quarantinePage.tsx";
import { RunPage } from "../pages/runPage.tsx";
import { RunsPage } from "../pages/runsPage.tsx";
import { SchedulePage } from "../pages/schedulePage.tsx";
import { readAnswers } from "../reading/answers.ts";
import { clientOf } from "../reading/database.ts";
import { modelOf } from "../reading/model.ts";
import { readOverview } from "../reading/overview.ts";
import type { PageSource } from "../reading/source.ts";
import { readQuarantine } from "../reading/quarantine.ts";
import { listRuns, readRun } from "../reading/runs.ts";
import { sharedReads, type SharedReads } from "../reading/sharedReads.ts";
import type { Route } from "./route.ts";

/** A page shows itself anew after so long while a run is at work. */
const AT_WORK_MS = 3_000;
const RUNS_ON_A_PAGE = 50;
/** Run ids are integers of four bytes. */
const MOST_RUN_ID = 2_147_483_647;

/** A page for what was asked; undefined where there is none. */
type ReadPage = (asked: Asked) => Promise<Page | Html | undefined>;
/** A page that was made before. */
type Html = string;

interface Asked {
  /** The name in the path, with its schema: any text. */
  readonly table: string | undefined;
  /** The number in the path, or behind `?before=`; undefined where there is none that could be one. */
  readonly id: number | undefined;
}

/** The pages of the daemon. */
export function pageRoutes(source: PageSource): Route[] {
  const { clock } = source;
  const shared = sharedReads();
  const model = once(() => modelOf(source));
  const drawnModel = once(async () => {
    const body = <ModelPage model={await model()} />;
    return asHtml({ title: "Model", of: "Model", body, at: clock.now() }, ASSETS);
  });
  const page = (path: string, read: ReadPage): Route => ({
    path,
    answer: async (request, reply) => {
      const asked = askedOf(request.params, request.query);
      // Rendered once for all who ask for the same at the same time.
      const html = await shared(`${path} ${asked.id ?? ""} ${asked.table ?? ""}`, async () => {
        // First: what is read after that is no older.
        const behind = await source.behind();
        const made = await read(asked);
        return typeof made === "object" ? asHtml({ ...made, behind }, ASSETS) : made;
      });
      if (html === undefined) return sendError(reply, NOT_FOUND);
      reply.headers(PAGE_HEADERS);
      return html;
    },
  });

  return [
    page("/", async () => {
      const [overview, at] = [await readOverview(source), clock.now()];
      const body = <OverviewPage overview={overview} states={source.jobs()} now={at} />;
      return { title: "Tillhouse", of: "Overview", body, at, ...againWhile(overview.atWork.length > 0) };
    }),
    page("/answers", async () => {
      const [answers, at] = [await readAnswers(source), clock.now()];
      const body = <AnswersPage answers={answers} otherViews={source.otherViews} now={at} />;
      return { title: "Answers", of: "Answers", body, at };
    }),
    page("/runs", async ({ id: before }) => {
      const runs = await listRuns(await clientOf(source), { before, take: RUNS_ON_A_PAGE + 1 });
      const [shown, at] = [runs.slice(0, RUNS_ON_A_PAGE), clock.now()];
      const body = <RunsPage runs={shown} before={before} hasMore={runs.length > shown.length} now={at} />;
      return {
        title: "Runs",
        of: "Runs",
        body,
        at,
        ...againWhile(shown.some(({ status }) => status === "running")),
      };
    }),
    page("/runs/:id", async ({ id }) => {
      const run = id === undefined ? undefined : await readRun(await clientOf(source), id);
      if (run === undefined) return undefined;
      const at = clock.now();
      const body = <RunPage run={run} now={at} />;
      return { title: `Run ${run.runId}`, of: "Runs", body, at, ...againWhile(run.status === "running") };
    }),
    page("/quarantine", async () => {
      const body = <QuarantinePage quarantine={await readQuarantine(source)} />;
      return { title: "Quarantine", of: "Quarantine", body, at: clock.now() };
    }),
    page("/checks", async () => {
      const [checks, at] = [await source.checks(), clock.now()];
      return { title: "Checks", of: "Checks", body: <ChecksPage checks={checks} now={at} />, at };
    }),
    page("/schedule", async () => {
      const [jobs, alerts] = await Promise.all([source.schedule(), source.alerts()]);
      const [states, at] = [source.jobs(), clock.now()];
      const body = <SchedulePage jobs={jobs} states={states} alerts={alerts} now={at} />;
      return { title: "Schedule", of: "Schedule", body, at };
    }),
    page("/model", drawnModel),
    page("/model/:table", async ({ table: asked }) => {
      const { tables, lineage } = await model();
      const table = tables.find(({ schema, name }) => `${schema}.${name}` === asked);
      if (table === undefined) return undefined;
      const body = <TablePage table={table} lineage={lineage} />;
      return { title: table.name, of: "Model", body, at: clock.now() };
    }),
    ...csvRoutes(source, shared),
  ];
}

const againWhile = (isAtWork: boolean): { againMs?: number } => (isAtWork ? { againMs: AT_WORK_MS } : {});

/** `/answers/VIEW.csv`, of each view that is read from rollups. */
function csvRoutes(source: PageSource, shared: SharedReads): Route[] {
  return [...source.answers, ...source.otherViews].map((view) => ({
    path: `/answers/${view.name}.csv`,
    answer: async (_request, reply) => {
      const csv = await shared(`${view.name}.csv`, async () => {
        const { rows } = await source.readViews([view.name]);
        return source.asCsv(view, rows[view.name] ?? []);
      });
      reply.headers({
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${view.name}.csv"`,
      });
      return csv;
    },
  }));
}

/** What was sent is nobody's number until it is seen to be one. */
function askedOf(params: unknown, query: unknown): Asked {
  const { id, table } = params as Readonly<Record<string, string | undefined>>;
  const sent: unknown = id ?? (query as { before?: unknown }).before;
  const number = typeof sent === "string" && /^[1-9]\d{0,9}$/.test(sent) ? Number(sent) : undefined;
  return { table, id: number !== undefined && number <= MOST_RUN_ID ? number : undefined };
}
