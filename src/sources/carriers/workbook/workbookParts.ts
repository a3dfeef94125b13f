import { posix } from "node:path";
import { shownNames } from "../../header.ts";
import { readDateStyles, type DateStyles } from "./dateStyles.ts";
import { WorkbookRefusal } from "./refusal.ts";
import type { DateSystem } from "./serialDate.ts";
import { scanPart, type XmlSink } from "./xmlScanner.ts";
import type { XmlTag } from "./xmlTag.ts";
import type { ZipArchive } from "./zipArchive.ts";

/** A sheet with cells; charts on sheets of their own are not among them. */
export interface SheetPart {
  /** As its tab says. */
  readonly name: string;
  readonly isHidden: boolean;
  /** Of its part in the archive. */
  readonly part: string;
}

/** How a sheet is called in messages. */
export function shownSheet({ name }: SheetPart): string {
  return `its sheet ${shownNames([name]).join("")}`;
}

/** What a workbook's list of parts says. */
export interface WorkbookParts {
  /** In the order of their tabs. */
  readonly sheets: readonly SheetPart[];
  /** Absent where no cell refers to one. */
  readonly sharedStrings: string | undefined;
  readonly dateStyles: DateStyles;
  readonly dateSystem: DateSystem;
}

/** Lists and styles are small; a sheet's rows and the shared strings are not. */
const MOST_LIST_BYTES = 1 << 24;

interface Relationship {
  /** The last word of its type: the same in the transitional and the strict form. */
  readonly kind: string;
  /** Name of the part in the archive. */
  readonly target: string;
}

/** @throws WorkbookRefusal where the archive is no workbook, or lacks a part of one */
export async function readWorkbookParts(archive: ZipArchive): Promise<WorkbookParts> {
  const workbook = await workbookPart(archive);
  const relationships = await readRelationships(archive, workbook);
  const ofKind = (kind: string): string | undefined =>
    [...relationships.values()].find((relationship) => relationship.kind === kind)?.target;
  const list = new SheetsSink(relationships);
  await scanPart(listPart(archive, workbook, SHEETS), { what: SHEETS, names: WORKBOOK_NAMES }, list);
  const styles = ofKind("styles");
  return {
    sheets: list.sheets,
    sharedStrings: ofKind("sharedStrings"),
    dateStyles: styles === undefined ? [] : await readDateStyles(listPart(archive, styles, STYLES), STYLES),
    dateSystem: list.dateSystem,
  };
}

const SHEETS = "its list of sheets";
const STYLES = "its list of styles";
const RELATIONSHIPS = "its list of parts";

/** The part that the archive is about. */
async function workbookPart(archive: ZipArchive): Promise<string> {
  if (!archive.has("_rels/.rels")) throw new WorkbookRefusal(otherKind(archive));
  const relationships = [...(await readRelationships(archive, "")).values()];
  const part = relationships.find(({ kind }) => kind === "officeDocument")?.target;
  if (part === undefined || !part.toLowerCase().endsWith(".xml")) throw new WorkbookRefusal(otherKind(archive));
  return part;
}

function otherKind(archive: ZipArchive): string {
  if (archive.has("xl/workbook.bin")) return "it is a binary workbook (.xlsb): save it as .xlsx";
  if (archive.has("content.xml")) return "it is an OpenDocument file (.ods): save it as .xlsx";
  return "it is a zip archive, and no workbook (.xlsx) in one";
}

function listPart(archive: ZipArchive, name: string, what: string): AsyncGenerator<Buffer> {
  return archive.part(name, { what, mostBytes: MOST_LIST_BYTES });
}

/** What a part refers to, by the ids that it refers by. @param part empty for the archive itself */
async function readRelationships(archive: ZipArchive, part: string): Promise<ReadonlyMap<string, Relationship>> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, "_rels", `${posix.basename(part)}.rels`);
  const sink = new RelationshipsSink(folder);
  const names = ["Relationships", "Relationship"];
  await scanPart(listPart(archive, name, RELATIONSHIPS), { what: RELATIONSHIPS, names }, sink);
  return sink.relationships;
}

class RelationshipsSink implements XmlSink {
  readonly takesText = false;
  readonly relationships = new Map<string, Relationship>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  open(_element: number, depth: number, tag: XmlTag): void {
    const target = tag.text("Target");
    if (depth !== 2 || target === undefined || tag.text("TargetMode") === "External") return;
    this.relationships.set(tag.text("Id") ?? "", {
      kind: posix.basename(tag.text("Type") ?? ""),
      target: posix.resolve("/", this.#folder, target).slice(1),
    });
  }

  text(): void {
    // Of its elements the attributes say all.
  }

  close(): void {
    // Nor is anything told by where they end.
  }
}

const WORKBOOK_NAMES = ["workbook", "sheet", "sheets", "workbookPr"];
const SHEET = WORKBOOK_NAMES.indexOf("sheet");
const WORKBOOK_PR = WORKBOOK_NAMES.indexOf("workbookPr");

class SheetsSink implements XmlSink {
  readonly takesText = false;
  readonly sheets: SheetPart[] = [];
  dateSystem: DateSystem = 1900;
  readonly #relationships: ReadonlyMap<string, Relationship>;

  constructor(relationships: ReadonlyMap<string, Relationship>) {
    this.#relationships = relationships;
  }

  open(element: number, depth: number, tag: XmlTag): void {
    if (depth === 2 && element === WORKBOOK_PR && /^(?:1|true)$/.test(tag.text("date1904") ?? ""))
      this.dateSystem = 1904;
    if (depth !== 3 || element !== SHEET) return;
    const relationship = this.#relationships.get(tag.prefixedText("id") ?? "");
    if (relationship?.kind !== "worksheet") return;
    const isHidden = (tag.text("state") ?? "visible") !== "visible";
    this.sheets.push({ name: tag.text("name") ?? "", isHidden, part: relationship.target });
  }

  text(): void {
    // Of its elements the attributes say all.
  }

  close(): void {
    // Nor is anything told by where they end.
  }
}
