import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { announce } from "../../components/announcer.js";
import { ConfirmDialog } from "../../components/confirm-dialog.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { AddDialog } from "./add-dialog.js";
import { BulkDialog } from "./bulk-dialog.js";
import { isThereFor } from "./change-entry.js";
import type { BulkKind } from "./current-bulk.js";
import type { ListFilter } from "./list-filter.js";
import { NotesDialog } from "./notes-dialog.js";
import type { Selection } from "./selection.js";

export type OpenDialog =
  | { kind: "add"; phone: string }
  | { kind: "notes" | "remove"; entry: WhitelistEntry }
  | { kind: "bulk"; change: BulkKind };

interface EntryDialogProps {
  dialog: OpenDialog;
  filter: ListFilter;
  selection: Selection;
  /** The list may be different now. */
  onChanged(): void;
  onClose(): void;
}

/** The dialog that is open over the list. */
export function EntryDialog({ dialog, filter, selection, onChanged, onClose }: EntryDialogProps) {
  switch (dialog.kind) {
    case "add":
      return <AddDialog phone={dialog.phone} onAdded={onChanged} onClose={onClose} />;
    case "notes":
      return <NotesDialog entry={dialog.entry} {...{ onChanged, onClose }} />;
    case "remove":
      return <RemoveDialog phone={dialog.entry.phone} {...{ selection, onChanged, onClose }} />;
    case "bulk":
      return <BulkDialog kind={dialog.change} {...{ filter, selection, onClose }} />;
  }
}

interface RemoveDialogProps extends Pick<EntryDialogProps, "selection" | "onChanged" | "onClose"> {
  phone: string;
}

function RemoveDialog({ phone, selection, onChanged, onClose }: RemoveDialogProps) {
  const texts = useTexts().whitelist;
  return (
    <ConfirmDialog
      title={texts.removeTitle(phone)}
      confirmLabel={texts.remove}
      isDangerous
      onConfirm={async () => {
        const isThere = await isThereFor(() => whitelist.removeWhitelistEntry({ phone }));
        announce((isThere ? texts.removed : texts.gone)(phone));
        if (selection.phones.has(phone)) selection.set([phone], false);
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{texts.removeHint}</p>
    </ConfirmDialog>
  );
}
