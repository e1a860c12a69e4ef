import type { Catalogue } from "../fr/catalogue.js";

export const transfer: Catalogue["transfer"] = {
  title: "Import and export the whitelist",
  backToList: "Back to the whitelist",

  importTitle: "Import",
  importHint:
    "A CSV file with the columns phone, notes and is_active (the last two are optional), at most 100 MiB. The file is checked first: nothing changes before you agree.",
  chooseFile: "CSV file",
  dropHint: "Choose a file, or drop it into this frame.",
  onlyOneFile: "Drop one file at a time.",
  fileTooLarge: "This file is larger than 100 MiB. Divide it into several files.",
  fileChanged:
    "This file can't be read any more: it was changed, moved or deleted after you chose it. Choose it again.",
  file: (name, size) => `File: ${name} (${size})`,
  anotherFile: "Choose another file",

  checking: "Checking the file…",
  applying: "Importing… Keep this page open.",
  sent: (percent) => `Sent: ${percent}`,
  processing: "The file is sent. The service is processing its lines…",
  brokenOff:
    "The import broke off. The lines processed before stay imported. You can repeat it: no number is added twice.",
  mayBeApplied:
    "The import broke off: it was applied completely, or not at all. You can repeat it: no number is added twice.",

  checkTitle: "Result of the check",
  checkedOnly: "Nothing was changed yet. This is what the import would do.",
  appliedTitle: "Result of the import",
  applied: (count) => `The import is complete. Numbers added or reactivated: ${count}.`,
  total: "Lines read",
  added: "Added",
  reactivated: "Reactivated",
  unchanged: "Already on the list",
  notApplied: "Not applied",
  allOrNothing: "All or nothing: import no line if one is refused",
  nothingWithRefused: "With this option, nothing is imported as long as lines are refused.",
  nothingToApply: "This file has no line to import.",

  lines: "Lines of the file, refused lines first",
  someLines: (shown, total) => `${shown} of ${total} lines, refused lines first. The others are not shown.`,
  line: "Line",
  result: "Result",
  reason: "Reason for the refusal",
  outcomes: ["–", "Added", "Reactivated", "Already on the list", "Refused", "Not applied"],
  downloadRefused: "Download the refused lines",
  refusedHint: "Correct the refused lines in a spreadsheet, then import the corrected file.",
  someRefused: (shown, total) => `The file has the first ${shown} of ${total} refused lines.`,
  refusedSaved: (name) => `File saved: ${name}.`,
  refusedFile: "refused-lines",

  exportTitle: "Export",
  exportAll: "The whole whitelist is exported.",
  exportFiltered: "Only the numbers that match these filters are exported:",
  search: "Search",
  orderBy: "Order",
  orders: {
    added_at: "by date, oldest first",
    phone: "by number, ascending",
    "phone desc": "by number, descending",
  },
  delimiter: "Delimiter",
  delimiterHint: "Spreadsheets in French expect the semicolon.",
  semicolon: "Semicolon (;)",
  comma: "Comma (,)",
  download: "Download the CSV file",
  received: (size) => `Received: ${size}`,
  exporting: "Exporting…",
  saved: (name, size) => `File saved: ${name} (${size}).`,
};
