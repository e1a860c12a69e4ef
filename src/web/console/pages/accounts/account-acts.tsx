import { useState } from "preact/hooks";
import type { Account } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Button } from "../../components/button.js";
import { useTexts } from "../../messages/language.js";
import { useIsSuperuser } from "../../state/own-account.js";
import { ActiveDialog, EraseDialog, ExportDialog, LimitsDialog } from "./account-act-dialogs.js";
import { EditDialog } from "./edit-dialog.js";
import { RoleDialog } from "./role-dialog.js";

type Act = "edit" | "deactivate" | "reactivate" | "role" | "limits" | "export" | "erase";

/** A part of the page that is read by a call of its own. */
export type AccountPart = "account" | "sessions" | "history";

/** What each act can change. What is left after an erasure is another page. */
const CHANGED_PARTS: Readonly<Record<Act, readonly AccountPart[]>> = {
  edit: ["account", "history"],
  deactivate: ["account", "sessions", "history"],
  reactivate: ["account", "history"],
  role: ["account", "sessions", "history"],
  limits: ["account", "history"],
  export: ["history"],
  erase: [],
};

interface AccountActsProps {
  account: Account | undefined;
  phone: string;
  /** After an act that has changed these parts. */
  onDone(parts: readonly AccountPart[]): void;
}

/** What can be done with a number and its account. */
export function AccountActs({ account, phone, onDone }: AccountActsProps) {
  const { acts } = useTexts().accounts;
  const isSuperuser = useIsSuperuser();
  const [open, setOpen] = useState<Act | null>(null);
  const button = (act: Act, label: string, kind?: "danger") => (
    <Button {...(kind && { kind })} onClick={() => setOpen(act)}>
      {label}
    </Button>
  );
  const dialog = {
    phone,
    onDone: () => open && onDone(CHANGED_PARTS[open]),
    onClose: () => setOpen(null),
  };
  return (
    <>
      <div class="buttons">
        {account && (
          <>
            {button("edit", acts.edit)}
            {account.isActive ? button("deactivate", acts.deactivate) : button("reactivate", acts.reactivate)}
          </>
        )}
        {button("limits", acts.clearLimits)}
        {account && button("export", acts.export)}
        {account && isSuperuser && (
          <>
            {button("role", acts.role)}
            {button("erase", acts.erase, "danger")}
          </>
        )}
      </div>
      {open === "limits" && <LimitsDialog {...dialog} />}
      {account && <AccountDialog act={open} {...dialog} account={account} />}
    </>
  );
}

interface AccountDialogProps {
  act: Act | null;
  account: Account;
  onDone(): void;
  onClose(): void;
}

function AccountDialog({ act, ...dialog }: AccountDialogProps) {
  switch (act) {
    case "edit":
      return <EditDialog {...dialog} />;
    case "deactivate":
    case "reactivate":
      return <ActiveDialog {...dialog} />;
    case "role":
      return <RoleDialog {...dialog} />;
    case "export":
      return <ExportDialog {...dialog} />;
    case "erase":
      return <EraseDialog {...dialog} />;
    default:
      return null;
  }
}
