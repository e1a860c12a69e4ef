import { useState } from "preact/hooks";
import type { Account } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorNote } from "../../components/error-note.js";
import { problemOf, TextArea, TextField } from "../../components/field.js";
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
  const texts = useTexts();
  const { acts } = texts.accounts;
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
  const control = (field: Field, label: string) => ({
    label,
    value: values[field],
    maxLength: MAX_LENGTHS[field],
    onInput: (value: string) => setValues({ ...values, [field]: value }),
    problem: problemOf(action.error, `profile.${field}`),
  });
  return (
    <Dialog title={acts.edit} onClose={onClose}>
      <form
        noValidate
        onSubmit={async (event) => {
          event.preventDefault();
          if (await action.run(save)) onClose();
        }}
      >
        <p class="quiet">{acts.editNothing}</p>
        <TextField {...control("firstName", texts.accounts.firstName)} isRequired />
        <TextField {...control("lastName", texts.accounts.lastName)} isRequired />
        <TextField {...control("email", texts.accounts.email)} type="email" />
        <TextArea {...control("address", texts.accounts.address)} />
        <TextField {...control("apartmentName", texts.accounts.apartment)} />
        <ErrorNote error={action.error} />
        <div class="buttons">
          <Button type="submit" kind="primary" isBusy={action.isRunning}>
            {texts.common.save}
          </Button>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
