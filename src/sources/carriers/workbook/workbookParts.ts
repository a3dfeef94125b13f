import { posix } from "node:path";
import { shownNames } from "../../header.ts";
import { counted } from "../counted.ts";
import { readDateStyles, type DateStyles } from "./dateStyles.ts";
import { Unusable } from "../carrier.ts";
import type { DateSystem } from "./serialDate.ts";
import { readWholeXml, type XmlAttributes, type XmlSink } from "./readXml.ts";
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

/** @throws Unusable where the archive is no workbook, or lacks a part of one */
export async function readWorkbookParts(archive: ZipArchive): Promise<WorkbookParts> {
  const workbook = await workbookPart(archive);
  const relationships = await readRelationships(archive, workbook);
  const ofKind = (kind: string): string | undefined =>
    [...relationships.values()].find((relationship) => relationship.kind === kind)?.target;
  const list = new SheetsSink(relationships);
  await readWholeXml({ what: SHEETS, root: "workbook", blocks: listPart(archive, workbook, SHEETS) }, list);
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
  if (!archive.has("_rels/.rels")) throw new Unusable("refused", otherKind(archive));
  const relationships = [...(await readRelationships(archive, "")).values()];
  const part = relationships.find(({ kind }) => kind === "officeDocument")?.target;
  if (part?.toLowerCase().endsWith(".xml") !== true) throw new Unusable("refused", otherKind(archive));
  return part;
}

function otherKind(archive: ZipArchive): string {
  if (archive.has("xl/workbook.bin")) return "it is a binary workbook (.xlsb): save it as .xlsx";
  if (archive.has("content.xml")) return "it is an OpenDocument file (.ods): save it as .xlsx";
  return "it is a zip archive, and no workbook (.xlsx) in one: unpack it";
}

function listPart(archive: ZipArchive, name: string, what: string): AsyncGenerator<Buffer> {
  let length = 0;
  return counted(archive.part(name, what), (bytes) => {
    length += bytes;
    if (length > MOST_LIST_BYTES)
      throw new Unusable("refused", `${what} is longer than ${MOST_LIST_BYTES >> 20} MB`);
  });
}

/** What a part refers to, by the ids that it refers by. @param part empty for the archive itself */
async function readRelationships(
  archive: ZipArchive,
  part: string,
): Promise<ReadonlyMap<string, Relationship>> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, "_rels", `${posix.basename(part)}.rels`);
  const sink = new RelationshipsSink(folder);
  const blocks = listPart(archive, name, RELATIONSHIPS);
  await readWholeXml({ what: RELATIONSHIPS, root: "Relationships", blocks }, sink);
  return sink.relationships;
}

class RelationshipsSink implements XmlSink {
  readonly relationships = new Map<string, Relationship>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  open(_name: string, depth: number, { Id = "", Type = "", Target, TargetMode }: XmlAttributes): void {
    if (depth !== 2 || Target === undefined || TargetMode === "External") return;
    const target = posix.resolve("/", this.#folder, Target).slice(1);
    this.relationships.set(Id, { kind: posix.basename(Type), target });
  }
}

class SheetsSink implements XmlSink {
  readonly sheets: SheetPart[] = [];
  dateSystem: DateSystem = 1900;
  readonly #relationships: ReadonlyMap<string, Relationship>;

  constructor(relationships: ReadonlyMap<string, Relationship>) {
    this.#relationships = relationships;
  }

  open(element: string, depth: number, attributes: XmlAttributes): void {
    const { date1904 = "", name = "", state = "visible" } = attributes;
    if (depth === 2 && element === "workbookPr" && /^(?:1|true)$/.test(date1904)) this.dateSystem = 1904;
    if (depth !== 3 || element !== "sheet") return;
    const relationship = this.#relationships.get(referenceIn(attributes));
    if (relationship?.kind !== "worksheet") return;
    this.sheets.push({ name, isHidden: state !== "visible", part: relationship.target });
  }
}

/** The id of a relationship: its attribute is of another namespace than the rest, whatever prefix that has. */
function referenceIn(attributes: XmlAttributes): string {
  const name = Object.keys(attributes).find((attribute) => attribute.endsWith(":id"));
  return (name === undefined ? undefined : attributes[name]) ?? "";
}
