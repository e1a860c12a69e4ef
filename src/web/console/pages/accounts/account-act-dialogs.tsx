import { toJsonString } from "@bufbuild/protobuf";
import { AccountExportSchema } from "#client/gen/waterbill/identity/v1/account_export_pb.js";
import type { Account } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { announce } from "../../components/announcer.js";
import { ConfirmDialog } from "../../components/confirm-dialog.js";
import { useTexts } from "../../messages/language.js";
import { saveFile } from "../../service/save-file.js";
import { accounts } from "../../service/services.js";
import { useIsOwnAccount } from "../../state/own-account.js";
import { addressOf, show } from "../../state/route.js";

interface AccountDialogProps {
  account: Account;
  /** After it is done. */
  onDone(): void;
  onClose(): void;
}

export function ActiveDialog({ account: { id, phone, isActive }, onDone, onClose }: AccountDialogProps) {
  const { acts } = useTexts().accounts;
  const isOwn = useIsOwnAccount(id);
  return (
    <ConfirmDialog
      title={isActive ? acts.deactivateTitle(phone) : acts.reactivateTitle(phone)}
      confirmLabel={isActive ? acts.deactivate : acts.reactivate}
      isDangerous={isActive}
      reason="optional"
      onConfirm={async (reason) => {
        await accounts.setAccountActive({ phone, isActive: !isActive, reason });
        announce(isActive ? acts.deactivated(phone) : acts.reactivated(phone));
        onDone();
      }}
      onClose={onClose}
    >
      <p>{isActive ? acts.deactivateText : acts.reactivateText}</p>
      {isOwn && <p class="note">{acts.ownAccount}</p>}
    </ConfirmDialog>
  );
}

/** For numbers with or without an account. */
export function LimitsDialog({
  phone,
  onDone,
  onClose,
}: Omit<AccountDialogProps, "account"> & { phone: string }) {
  const { acts } = useTexts().accounts;
  return (
    <ConfirmDialog
      title={acts.clearLimitsTitle(phone)}
      confirmLabel={acts.clearLimits}
      reason="required"
      onConfirm={async (reason) => {
        await accounts.clearLimits({ phone, reason });
        announce(acts.limitsCleared(phone));
        onDone();
      }}
      onClose={onClose}
    >
      <p>{acts.clearLimitsText}</p>
    </ConfirmDialog>
  );
}

export function ExportDialog({ account: { phone }, onDone, onClose }: AccountDialogProps) {
  const { acts } = useTexts().accounts;
  return (
    <ConfirmDialog
      title={acts.exportTitle(phone)}
      confirmLabel={acts.export}
      reason="required"
      onConfirm={async (reason) => {
        const { accountExport } = await accounts.exportAccount({ phone, reason });
        // As over REST.
        const style = { useProtoFieldName: true, alwaysEmitImplicit: true, prettySpaces: 2 };
        const json = toJsonString(AccountExportSchema, accountExport!, style);
        saveFile(new Blob([json], { type: "application/json" }), `account-${phone.slice(1)}.json`);
        announce(acts.exported);
        onDone();
      }}
      onClose={onClose}
    >
      <p>{acts.exportText}</p>
    </ConfirmDialog>
  );
}

export function EraseDialog({ account: { id, phone }, onClose }: AccountDialogProps) {
  const { acts } = useTexts().accounts;
  const isOwn = useIsOwnAccount(id);
  return (
    <ConfirmDialog
      title={acts.eraseTitle(phone)}
      confirmLabel={acts.erase}
      isDangerous
      reason="required"
      typed={{ label: acts.typeAgain(phone), expected: phone, differs: acts.differs }}
      onConfirm={async (reason) => {
        await accounts.eraseAccount({ phone, reason });
        // Nothing else is left of the account.
        show(addressOf(["accounts", String(id)]), { replace: true });
        announce(acts.erased(id));
      }}
      onClose={onClose}
    >
      <p>{acts.eraseText}</p>
      {isOwn && <p class="note">{acts.ownAccount}</p>}
    </ConfirmDialog>
  );
}
