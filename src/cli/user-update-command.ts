import { create } from "@bufbuild/protobuf";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { UpdateAccountRequestSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { ProfileSchema } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { updateAccount } from "../accounts/update-account.js";
import { COMMAND_LINE } from "../audit/act.js";
import { UsageError } from "../startup-error.js";
import { toProfileUpdate } from "../users/profile-message.js";
import { changedFields } from "../users/profile-update.js";
import { changeAndPrint } from "./account-output.js";
import { checkRequest } from "./check-request.js";
import type { Runner } from "./runner.js";

interface UpdateOptions {
  firstName?: string;
  lastName?: string;
  email?: string;
  address?: string;
  apartment?: string;
}

/** Adds `update` to the commands on accounts. */
export function addUpdateCommand(user: Command, run: Runner): void {
  user
    .command("update <phone>")
    .description("change the profile of an account, and print the account; an empty text clears a field")
    .option("--first-name <name>")
    .option("--last-name <name>")
    .option("--email <address>")
    .option("--address <text>")
    .option("--apartment <name>")
    .action(async (phone: string, { apartment, ...options }: UpdateOptions) => {
      const fields = { ...options, ...(apartment !== undefined && { apartmentName: apartment }) };
      const paths = Object.keys(fields);
      if (paths.length === 0) throw new UsageError("Give at least one field to change.");
      const profile = create(ProfileSchema, fields);
      await checkRequest(UpdateAccountRequestSchema, { phone, profile });
      const update = toProfileUpdate({ profile, updateMask: create(FieldMaskSchema, { paths }) });
      await changeAndPrint(run, phone, {
        apply: (context) => updateAccount(context, { phone, ...update, actor: COMMAND_LINE }),
        isDone: ({ user: account }) => changedFields(account, update).length === 0,
        done: "already has this profile",
      });
    });
}
