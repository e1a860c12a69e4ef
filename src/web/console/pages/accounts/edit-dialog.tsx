import { useState } from "preact/hooks";
import type { Account } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { announce } from "../../components/announcer.js";
import { problemOf, TextArea, TextField } from "../../components/field.js";
import { FormDialog } from "../../components/form-dialog.js";
import { useTexts } from "../../messages/language.js";
import { accounts } from "../../service/services.js";
import { useAction } from "../../state/use-action.js";

/** The fields of a profile, with their names in an update mask. */
const MASK_PATHS = {
  firstName: "first_name",
  lastName: "last_name",
  email: "email",
  address: "address",
  apartmentName: "apartment_name",
} as const;

type Field = keyof typeof MASK_PATHS;
type Values = Record<Field, string>;
const FIELDS = Object.keys(MASK_PATHS) as Field[];

const nameInRequest = (field: Field) => `profile.${field}`;

/** As the service has them (message Profile). */
const MAX_LENGTHS: Readonly<Record<Field, number>> = {
  firstName: 150,
  lastName: 150,
  email: 254,
  address: 1000,
  apartmentName: 3,
};

function valuesOf({ firstName, lastName, email = "", address = "", apartmentName = "" }: Account): Values {
  return { firstName, lastName, email, address, apartmentName };
}

interface EditDialogProps {
  account: Account;
  onDone(): void;
  onClose(): void;
}

/** Changes the fields of a profile that have another value than before. */
export function EditDialog({ account, onDone, onClose }: EditDialogProps) {
  const { common, accounts: texts } = useTexts();
  const { acts, words } = texts;
  const [values, setValues] = useState(() => valuesOf(account));
  const action = useAction();
  const save = async () => {
    const before = valuesOf(account);
    const changed = FIELDS.filter((field) => values[field] !== before[field]);
    if (changed.length === 0) return;
    const updateMask = { paths: changed.map((field) => MASK_PATHS[field]) };
    await accounts.updateAccount({ phone: account.phone, profile: values, updateMask });
    announce(acts.edited);
    onDone();
  };
  const control = (field: Field) => ({
    label: words.fields[MASK_PATHS[field]],
    value: values[field],
    maxLength: MAX_LENGTHS[field],
    onInput: (value: string) => setValues({ ...values, [field]: value }),
    problem: problemOf(action.error, nameInRequest(field)),
  });
  return (
    <FormDialog
      title={acts.edit}
      submitLabel={common.save}
      isUnchecked
      isBusy={action.isRunning}
      error={action.error}
      fields={FIELDS.map(nameInRequest)}
      onSubmit={async () => {
        if (await action.run(save)) onClose();
      }}
      onClose={onClose}
    >
      <p class="quiet">{acts.editNothing}</p>
      <TextField {...control("firstName")} isRequired />
      <TextField {...control("lastName")} isRequired />
      <TextField {...control("email")} type="email" />
      <TextArea {...control("address")} />
      <TextField {...control("apartmentName")} />
    </FormDialog>
  );
}
