import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { expect } from "chai";
import { BadRequestSchema, ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import {
  ExportFormat,
  type ExportWhitelistEntriesRequestSchema,
  WhitelistService,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { rejection } from "../support/rejection.js";
import { useTestService } from "../support/service.js";
import { newPhone } from "../support/test-context.js";

/** How .xlsx and .ods begin (ZIP), and .xls (OLE). */
const WORKBOOKS = ["504b03041400060008000000", "d0cf11e0a1b11ae100000000"].map((hex) =>
  Buffer.from(hex, "hex"),
);

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

describe("whitelist files", () => {
  const service = useTestService();
  let headers: Record<string, string>;
  before(async () => {
    const { tokens } = await administrator(service.context);
    headers = { authorization: `Bearer ${tokens.access}` };
  });

  const path = (rest: string) => `${service.origin}/api/auth/admin/whitelist/${rest}`;
  const transports: Record<string, () => Transport> = {
    gRPC: () => createGrpcTransport({ baseUrl: service.origin }),
    "gRPC-Web": () => createGrpcWebTransport({ baseUrl: service.origin, httpVersion: "1.1" }),
    "Connect JSON": () =>
      createConnectTransport({ baseUrl: service.origin, httpVersion: "2", useBinaryFormat: false }),
  };

  function formOf(file: Buffer): FormData {
    const form = new FormData();
    form.set("file", new Blob([file]), "numbers.xlsx");
    return form;
  }

  async function upload(body: Buffer | FormData, type?: string, more: Record<string, string> = {}) {
    const response = await fetch(path("import/"), {
      method: "POST",
      headers: { ...headers, ...(type !== undefined && { "content-type": type }), ...more },
      body,
    });
    const content = (await response.json()) as { message: string; data: Record<string, unknown> };
    return { ...content, status: response.status };
  }

  async function exportOver(
    name: string,
    request: MessageInitShape<typeof ExportWhitelistEntriesRequestSchema>,
  ): Promise<string> {
    const client = createClient(WhitelistService, transports[name]!());
    const chunks: Uint8Array[] = [];
    const responses = client.exportWhitelistEntries({ ...request, format: ExportFormat.CSV }, { headers });
    for await (const { csv } of responses) chunks.push(csv);
    return Buffer.concat(chunks).toString();
  }

  /** The one field that a call is refused for, and its message. */
  async function violationOf(call: Promise<unknown>): Promise<{ field: string; description: string }> {
    const error = await rejection(call);
    if (!(error instanceof ConnectError)) throw error;
    expect(error.code).to.equal(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)[0]).to.include({ reason: "INVALID_REQUEST" });
    const { field, description } = error.findDetails(BadRequestSchema)[0]!.fieldViolations[0]!;
    return { field, description };
  }

  describe("that are workbooks are refused with advice", () => {
    const french =
      "Ce fichier est un classeur de tableur (Excel, LibreOffice), pas un fichier CSV. " +
      "Enregistrez-le au format CSV, puis importez le fichier CSV.";
    const english =
      "This file is a spreadsheet workbook (Excel, LibreOffice), not a CSV file. " +
      "Save it as CSV, and import the CSV file.";

    it("over REST, in every type and in a form", async () => {
      for (const workbook of WORKBOOKS) {
        const calls = [
          "text/csv",
          "text/plain",
          "application/vnd.ms-excel",
          XLSX,
          "application/octet-stream",
        ].map((type) => upload(workbook, type));
        for (const refused of await Promise.all([...calls, upload(formOf(workbook))])) {
          expect(refused).to.deep.include({ status: 400, message: french, data: { csv: [french] } });
        }
      }
      expect(await upload(WORKBOOKS[0]!, XLSX, { "accept-language": "en" })).to.include({ message: english });
    });

    for (const name of ["gRPC", "Connect JSON"]) {
      it(`over ${name}, however the file is divided`, async () => {
        const client = createClient(WhitelistService, transports[name]!());
        for (const workbook of WORKBOOKS) {
          for (const size of [1, 100]) {
            async function* messages() {
              for (let at = 0; at < workbook.length; at += size)
                yield { csv: workbook.subarray(at, at + size) };
            }
            const call = client.importWhitelistEntries(messages(), {
              headers: { ...headers, "accept-language": "en" },
            });
            expect(await violationOf(call)).to.deep.equal({ field: "csv", description: english });
          }
        }
      });
    }
  });

  describe("are exported with a delimiter and a byte order mark by choice", () => {
    let phone: string;
    before(async () => {
      phone = newPhone();
      await addEntry(service.context.app, { phone, notes: "Dupont;=1+1", isActive: true, actor: null });
    });

    const search = () => phone.slice(1);
    const fileWith = (delimiter: string) =>
      [
        ["phone", "notes", "is_active"],
        [`'${phone}`, `"Dupont;'=1+1"`, "true"],
      ]
        .map((cells) => `${cells.join(delimiter)}\r\n`)
        .join("");

    it("over REST, in a file that a form imports again", async () => {
      for (const [query, expected] of [
        ["", `\ufeff${fileWith(",")}`],
        ["&delimiter=;", `\ufeff${fileWith(";")}`],
        ["&delimiter=%3B&bom=true", `\ufeff${fileWith(";")}`],
        ["&delimiter=%09&bom=false", fileWith("\t")],
        ["&delimiter=,&bom=false", fileWith(",")],
      ] as const) {
        const response = await fetch(path(`export/?search=${search()}${query}`), { headers });
        expect(response.headers.get("content-type")).to.equal("text/csv; charset=utf-8");
        const bytes = Buffer.from(await response.arrayBuffer());
        expect(bytes.toString(), query).to.equal(expected);
        const { status, data } = await upload(formOf(bytes));
        expect([status, data.total_count, data.unchanged_count], query).to.deep.equal([200, 1, 1]);
      }
    });

    for (const name of Object.keys(transports)) {
      it(`over ${name}`, async () => {
        expect(await exportOver(name, { search: search() })).to.equal(`\ufeff${fileWith(",")}`);
        const request = { search: search(), delimiter: ";", bom: false };
        expect(await exportOver(name, request)).to.equal(fileWith(";"));
      });
    }

    it("but with no other delimiter, on any protocol", async () => {
      const message = "Séparateur inconnu. Séparateurs possibles : virgule, point-virgule ou tabulation.";
      for (const delimiter of ["|", ";;"]) {
        const response = await fetch(path(`export/?delimiter=${encodeURIComponent(delimiter)}`), { headers });
        expect(response.status).to.equal(400);
        expect(await response.json()).to.deep.include({ message, data: { delimiter: [message] } });
        for (const name of Object.keys(transports)) {
          const violation = await violationOf(exportOver(name, { delimiter }));
          expect(violation).to.deep.equal({ field: "delimiter", description: message });
        }
      }
    });
  });
});
