import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import {
  ExportFormat,
  type ExportWhitelistEntriesRequest,
  type ListWhitelistEntriesRequest,
  type WhitelistService,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { toBatchResult } from "../batches/batch-message.js";
import { callerKey, requirePrincipal } from "../caller.js";
import { addEntry } from "./add-entry.js";
import { batchUpdateEntries } from "./batch-update-entries.js";
import { checkPhone } from "./check-phone.js";
import { encodeFile, exportCsv, parseCsvFormat } from "./csv-export.js";
import { type ImportDeps, importEntries } from "./import/import-entries.js";
import { createImportReport } from "./import/import-report.js";
import { openImportSource } from "./import/import-source.js";
import {
  allEntries,
  allRecords,
  type EntrySelection,
  type ListEntriesDeps,
  listEntries,
} from "./list-entries.js";
import { type ListHistoryDeps, listHistory } from "./list-history.js";
import { removeEntry } from "./remove-entry.js";
import { updateEntry } from "./update-entry.js";
import {
  toChangeMessage,
  toDetailsMessage,
  toEntryMessage,
  toReportMessage,
  toWhitelistStatisticsMessage,
} from "./whitelist-messages.js";

export type WhitelistServiceDeps = ListEntriesDeps & ListHistoryDeps & ImportDeps;

/** Maps the messages of WhitelistService to use cases and back. */
export function createWhitelistService(deps: WhitelistServiceDeps): ServiceImpl<typeof WhitelistService> {
  const actorOf = (context: HandlerContext) => requirePrincipal(context).user;

  return {
    async listWhitelistEntries(request) {
      const { pageSize, pageToken } = request;
      const page = await listEntries(deps, { ...selectionOf(request), pageSize, pageToken });
      return {
        whitelist: page.rows.map(toEntryMessage),
        statistics: toWhitelistStatisticsMessage(page.statistics),
        nextPageToken: page.nextPageToken,
      };
    },

    async addWhitelistEntry({ phone, notes, isActive = true }, context) {
      const { entry } = await addEntry(deps, { phone, notes, isActive, actor: actorOf(context) });
      return { whitelistItem: toEntryMessage(entry) };
    },

    async checkWhitelist({ phone }) {
      const { isAuthorized, entry } = await checkPhone(deps, phone);
      return { isAuthorized, ...(entry && { whitelistDetails: toDetailsMessage(entry) }) };
    },

    async updateWhitelistEntry({ phone, notes = null, isActive = null }, context) {
      const entry = await updateEntry(deps, { phone, notes, isActive, actor: actorOf(context) });
      return { whitelistItem: toEntryMessage(entry) };
    },

    async batchUpdateWhitelistEntries({ phones, notes = null, isActive = null, remove }, context) {
      const [actor, { signal }] = [actorOf(context), context];
      const rows = await batchUpdateEntries(deps, { phones, notes, isActive, remove, actor, signal });
      return { results: rows.map((row) => toBatchResult(row, context.values.get(callerKey).language)) };
    },

    async removeWhitelistEntry({ phone }, context) {
      return { removedPhone: await removeEntry(deps, { phone, actor: actorOf(context) }) };
    },

    async listWhitelistHistory({ phone, pageSize, pageToken }) {
      const page = await listHistory(deps, { phone, pageSize, pageToken });
      return { history: page.rows.map(toChangeMessage), nextPageToken: page.nextPageToken };
    },

    async importWhitelistEntries(requests, context) {
      const source = await openImportSource(requests);
      const report = createImportReport();
      await importEntries(deps, { ...source, actor: actorOf(context), report: report.add });
      return toReportMessage(report, source.dryRun, context.values.get(callerKey).language);
    },

    async *exportWhitelistEntries(request) {
      const csvFormat = parseCsvFormat(request);
      const selection = selectionOf(request);
      if (request.format === ExportFormat.CSV) {
        const batches = allRecords(deps, selection, csvFormat.delimiter);
        for await (const csv of encodeFile(exportCsv(batches, csvFormat))) yield { csv };
      } else {
        for await (const entries of allEntries(deps, selection))
          yield { whitelist: entries.map(toEntryMessage) };
      }
    },
  };
}

function selectionOf(request: ListWhitelistEntriesRequest | ExportWhitelistEntriesRequest): EntrySelection {
  const { isActive, search, addedBy, addedAfter, addedBefore, orderBy } = request;
  return {
    isActive: isActive ?? null,
    search,
    addedBy,
    addedAfter: addedAfter ? timestampDate(addedAfter) : null,
    addedBefore: addedBefore ? timestampDate(addedBefore) : null,
    orderBy,
  };
}
