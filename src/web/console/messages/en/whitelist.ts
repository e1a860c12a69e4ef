import type { Catalogue } from "../fr/catalogue.js";

const formatNumber = (count: number) => count.toLocaleString("en-GB");
const numbers = (count: number) => `${formatNumber(count)} number${count === 1 ? "" : "s"}`;

export const whitelist: Catalogue["whitelist"] = {
  add: "Add a number",
  transfer: "Import and export",
  statistics: "Whole list",
  total: "Numbers",
  activeCount: "Active",
  inactiveCount: "Inactive",
  caption: (count, page) => `Page ${page}: ${numbers(count)}`,
  emptyHint: (phone) => `${phone} is not on the whitelist.`,
  addThis: "Add this number",

  searchHint: "At least three digits, a word of the notes, or who added the number",
  active: "Active",
  inactive: "Inactive",
  addedBy: "Added by",
  addedByHint: "Phone number or id",
  addedAfter: "Added from",
  addedUntil: "Added until",

  notesHint: "At most 1000 characters",
  addedAt: "Added on",
  nobody: "Not recorded",
  unfold: "Show all",
  fold: "Show less",
  selectPage: "Select the whole page",
  select: (phone) => `Select ${phone}`,
  activate: "Activate",
  deactivate: "Deactivate",
  edit: "Edit",
  editNotes: "Edit notes",
  remove: "Remove",
  of: (action, phone) => `${action}: ${phone}`,

  isActive: "The number may create an account",
  addSubmit: "Add",
  added: (phone) => `${phone} is on the whitelist. You can add another one.`,
  notesSaved: (phone) => `The notes of ${phone} are saved.`,
  activated: (phone) => `${phone} is active.`,
  deactivated: (phone) => `${phone} is inactive.`,
  removed: (phone) => `${phone} is removed from the whitelist.`,
  gone: (phone) =>
    `Somebody else has removed ${phone} meanwhile. The list is up to date, nothing was changed.`,
  removeTitle: (phone) => `Remove ${phone}?`,
  removeHint:
    "The number can no longer create an account. If it has one already, that account is not affected.",

  selected: (count) => `${numbers(count)} selected`,
  allSelected: (count) =>
    count === null
      ? "All numbers that match the filters are selected."
      : `All ${numbers(count)} of the list are selected.`,
  selectAll: (count) =>
    count === null ? "Select everything that matches the filters" : `Select all ${numbers(count)}`,
  unselect: "Clear the selection",
  selectionActions: "Actions on the selection",
  collecting: (count) => `Looking for the selected numbers… ${numbers(count)} so far.`,
  nothingSelected: "No number matches the filters.",
  bulk: {
    activate: {
      title: "Activate the selection",
      confirm: (count) => `${numbers(count)} may create an account.`,
    },
    deactivate: {
      title: "Deactivate the selection",
      confirm: (count) =>
        `${numbers(count)} may no longer create an account. Existing accounts are not affected.`,
    },
    notes: {
      title: "Change the notes of the selection",
      confirm: (count) => `${numbers(count)}: these notes replace the present ones.`,
    },
    remove: {
      title: "Remove the selection",
      confirm: (count) =>
        `${numbers(count)} to remove from the whitelist. Existing accounts are not affected, the history is kept.`,
    },
  },
  bulkHeading: (title, count) => `${title}: ${numbers(count)}`,
  progress: (done, total) => `${formatNumber(done)} of ${numbers(total)}`,
  running: "Running. Keep this page open.",
  stopping: "It stops after the present call…",
  waitsUntil: (time) => `The service asks to wait. It goes on by itself at ${time}.`,
  paused: "Paused: the remaining numbers have not been processed.",
  done: "Done.",
  goOn: "Continue",
  closeReport: "Close the report",
  changed: "Changed",
  unchanged: "Unchanged",
  left: "Not processed yet",
  repeated: "After an interruption, numbers that were already processed count as unchanged.",
  refusedCaption: "Refused numbers",
  why: "Reason",
  moreRefused: (count) => `And ${numbers(count)} more.`,

  historyTitle: (phone) => `History of ${phone}`,
  historyCaption: "Latest first",
  neverListed: "This number was never on the whitelist.",
  showInList: "Show in the list",
  action: "Action",
  before: "Before",
  after: "After",
  notListed: "Not on the list",
  byImport: (id) => `import ${id}`,
  actions: ["–", "Added", "Reactivated", "Deactivated", "Notes changed", "Removed"],
};
