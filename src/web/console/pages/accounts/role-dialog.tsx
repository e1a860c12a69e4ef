import { useState } from "preact/hooks";
import { type Account, AccountRole } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { announce } from "../../components/announcer.js";
import { ConfirmDialog } from "../../components/confirm-dialog.js";
import { SelectField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { accounts } from "../../service/services.js";
import { useIsOwnAccount } from "../../state/own-account.js";
import { roleOf } from "./account-role.js";

const ROLES = [AccountRole.CUSTOMER, AccountRole.STAFF, AccountRole.SUPERUSER];

interface RoleDialogProps {
  account: Account;
  onDone(): void;
  onClose(): void;
}

export function RoleDialog({ account, onDone, onClose }: RoleDialogProps) {
  const { acts, words } = useTexts().accounts;
  const { phone } = account;
  const isOwn = useIsOwnAccount(account.id);
  const [role, setRole] = useState(roleOf(account));
  return (
    <ConfirmDialog
      title={acts.roleTitle(phone)}
      confirmLabel={acts.role}
      reason="required"
      onConfirm={async (reason) => {
        await accounts.setAccountRole({ phone, role, reason });
        announce(acts.roleSet(phone, words.roles[role]));
        onDone();
      }}
      onClose={onClose}
    >
      <p>{acts.roleText}</p>
      {isOwn && <p class="note">{acts.ownRole}</p>}
      <SelectField
        label={words.fields.role}
        value={String(role)}
        onChange={(value) => setRole(Number(value))}
        options={ROLES.map((each) => ({ value: String(each), label: words.roles[each] }))}
      />
    </ConfirmDialog>
  );
}
