import type { DescMethodUnary, JsonObject } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { activate as activateUser } from "../../src/auth/activate.js";
import { register as registerUser } from "../../src/auth/register.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { useTestService } from "../support/service.js";
import { caller, newPhone, person, testPassword } from "../support/test-context.js";
import {
  accepted,
  expectRefusal,
  type FlowClient,
  type FlowResponse,
  useAllClients,
} from "./all-protocols.js";

const { register, activate, login, requestPasswordReset, confirmPasswordReset } = AuthService.method;
const { getProfile, requestPasswordChange, confirmPasswordChange } = ProfileService.method;

const owner = { firstName: "Aïssatou", lastName: "Ngo Bassong", email: "aissatou.bassong@example.com" };

/** As long as a password may be. */
const newPassword = "tigre-lent-".repeat(12).slice(0, 128);
recordSecret(newPassword);

const TOO_COMMON = "Ce mot de passe est trop courant.";
const TOO_SHORT = "Ce mot de passe est trop court. Il doit contenir au minimum 8 caractères.";
const TOO_LONG = "Ce mot de passe est trop long. Il doit contenir au maximum 128 caractères.";
const NUMERIC = "Ce mot de passe est entièrement numérique.";

interface WeakPassword {
  name: string;
  /** Some depend on the number that they are for. */
  password: string | ((phone: string) => string);
  message: string;
}

// cspell:disable
/** Each breaks one rule, for an account of `owner`. */
const WEAK_PASSWORDS: readonly WeakPassword[] = [
  { name: "common", password: "iloveyou", message: TOO_COMMON },
  { name: "common, in capitals, with white space around it", password: " ILoveYou ", message: TOO_COMMON },
  { name: "common in Django's list alone", password: "1g2w3e4r", message: TOO_COMMON },
  { name: "common in Django's list alone, with digits", password: "LinkedIn2026", message: TOO_COMMON },
  { name: "common, with digits", password: "secret2026", message: TOO_COMMON },
  { name: "common, with punctuation", password: "password1!", message: TOO_COMMON },
  { name: "a word of the service", password: "Water-Bill 237", message: TOO_COMMON },
  { name: "a word of the service, twice", password: "waterbillwaterbill", message: TOO_COMMON },
  { name: "common, with a digit of another kind", password: "password¹", message: TOO_COMMON },
  { name: "one character over and over", password: "éééééééé", message: TOO_COMMON },
  { name: "a row of the keyboard, backwards", password: "mlkjhgfdsq", message: TOO_COMMON },
  { name: "the alphabet", password: "CDEFGHIJKL", message: TOO_COMMON },
  { name: "entirely numeric", password: "99889989889989988998", message: NUMERIC },
  { name: "entirely numeric, in other digits", password: "٩٠٨١٧٢٦٣٥٤", message: NUMERIC },
  { name: "too short", password: "tigre-l", message: TOO_SHORT },
  { name: "too short, in many bytes", password: "🐘🦒🐘🦓🐘🦒🐘", message: TOO_SHORT },
  { name: "too long by one character", password: `${newPassword}x`, message: TOO_LONG },
  { name: "much too long", password: "tigre-lent-".repeat(1000), message: TOO_LONG },
  {
    name: "similar to the phone number",
    password: (phone) => `x${phone.slice(1)}`,
    message: "Le mot de passe est trop semblable au champ « numéro de téléphone ».",
  },
  {
    name: "similar to the first name",
    password: "AÏSSATOU1",
    message: "Le mot de passe est trop semblable au champ « prénom ».",
  },
  {
    name: "similar to the first name, with its letters and accents apart",
    password: "aïssatou1".normalize("NFD"),
    message: "Le mot de passe est trop semblable au champ « prénom ».",
  },
  {
    name: "similar to a word of the last name",
    password: "gnossab7",
    message: "Le mot de passe est trop semblable au champ « nom de famille ».",
  },
  {
    name: "similar to the email address",
    password: "aissatou.bassong@example",
    message: "Le mot de passe est trop semblable au champ « adresse email ».",
  },
];
// cspell:enable

/** All that a call could change. */
const TABLES = [
  "users",
  "registrations",
  "activation_codes",
  "activation_attempts",
  "codes",
  "sessions",
  "known_callers",
  "sms_sends",
  "sms_counts",
  "account_history",
];

const RPC_REFUSAL = { status: Code.InvalidArgument, message: "Données invalides." };

function restRefusal(method: DescMethodUnary, message: string) {
  const prefix = method === register ? "Erreur lors de l'inscription: " : "";
  return { status: 400, message: prefix + message };
}

const described = ({ status, message, reason, fields }: FlowResponse) => ({
  status,
  message,
  reason,
  fields,
});

describe("a weak password", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  async function whitelistedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  /** The number of an active account of `owner`. */
  async function newAccount(): Promise<string> {
    const { app, outbox } = service.context;
    const phone = await whitelistedPhone();
    await registerUser(app, { ...person, ...owner, phone });
    await activateUser(app, { ...caller, phone, code: outbox.codeFor(phone) });
    return phone;
  }

  const proofFor = (phone: string) => ({
    token: service.context.outbox.tokenFor(phone),
    code: service.context.outbox.codeFor(phone),
  });

  /** Every row of TABLES. */
  async function everyRow(): Promise<object[]> {
    await service.context.settle();
    const texts = TABLES.map((table) => `SELECT '${table}' AS name, ${table}::text AS row FROM ${table}`);
    const text = `${texts.join(" UNION ALL ")} ORDER BY 1, 2`;
    return service.context.app.database.run(null, { name: "test_every_row", text }, []);
  }

  /** Expects that `method` refuses each weak password as `field`, and changes nothing. */
  async function expectRefusals(
    protocol: FlowClient,
    method: DescMethodUnary,
    { phone, field, input }: { phone: string; field: string; input: JsonObject },
  ): Promise<void> {
    const before = await everyRow();
    const sent = service.context.outbox.messages.length;
    for (const { name, password, message } of WEAK_PASSWORDS) {
      const text = typeof password === "string" ? password : password(phone);
      const passwords = { [field]: text, [`${field}_confirm`]: text };
      const response = await protocol.call(method, { ...input, ...passwords });
      expect(described(response), `${name}, over ${protocol.name}`).to.deep.equal({
        ...(protocol.name === "REST" ? restRefusal(method, message) : RPC_REFUSAL),
        reason: "PASSWORD_REJECTED",
        fields: { [field]: message },
      });
    }
    expect(await everyRow(), protocol.name).to.deep.equal(before);
    expect(service.context.outbox.messages).to.have.length(sent);
  }

  const signIn = async (protocol: FlowClient, phone: string, password: string) =>
    (await accepted(protocol.call(login, { phone, password }))).tokens as { access: string };

  /** Expects that the old password signs in, and that link and code still replace it. */
  async function expectUnchanged(
    protocol: FlowClient,
    method: DescMethodUnary,
    { phone, input }: { phone: string; input: JsonObject },
  ): Promise<void> {
    await signIn(protocol, phone, testPassword);
    const passwords = { new_password: newPassword, new_password_confirm: newPassword };
    await accepted(protocol.call(method, { ...input, ...passwords }));
    await expectRefusal(protocol.call(login, { phone, password: testPassword }), "CREDENTIALS_REJECTED");
    await signIn(protocol, phone, newPassword);
  }

  it("is refused by Register over every protocol, and leaves the number free and uncounted", async () => {
    for (const protocol of protocols) {
      const phone = await whitelistedPhone();
      const { firstName: first_name, lastName: last_name, email } = owner;
      const input = { phone, first_name, last_name, email };
      await expectRefusals(protocol, register, { phone, field: "password", input });
      await expectRefusal(protocol.call(login, { phone, password: "iloveyou" }), "CREDENTIALS_REJECTED");

      const passwords = { password: newPassword, password_confirm: newPassword };
      const { challenge } = await protocol.call(register, { ...input, ...passwords });
      recordSecret(challenge?.registration ?? "");
      expect(challenge).to.deep.include({ sends_left: 4, attempts_left: 5 });
      await accepted(protocol.call(activate, { phone, code: service.context.outbox.codeFor(phone) }));
      await signIn(protocol, phone, newPassword);
    }
  });

  it("is refused by ConfirmPasswordReset over every protocol, and uses up neither link nor code", async () => {
    for (const protocol of protocols) {
      const phone = await newAccount();
      await accepted(protocol.call(requestPasswordReset, { phone }));
      await service.context.settle();
      const input = proofFor(phone);
      await expectRefusals(protocol, confirmPasswordReset, { phone, field: "new_password", input });
      await expectUnchanged(protocol, confirmPasswordReset, { phone, input });
    }
  });

  it("is refused by ConfirmPasswordChange over every protocol, and uses up neither link nor code", async () => {
    for (const protocol of protocols) {
      const phone = await newAccount();
      const { access } = await signIn(protocol, phone, testPassword);
      await accepted(protocol.call(requestPasswordChange, { current_password: testPassword }, access));
      const input = proofFor(phone);
      await expectRefusals(protocol, confirmPasswordChange, { phone, field: "new_password", input });
      await accepted(protocol.call(getProfile, {}, access));
      await expectUnchanged(protocol, confirmPasswordChange, { phone, input });
    }
  });
});
