import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import {
  AccountState,
  CodePurpose,
  GetAccountResponseSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import { Delivery } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { CONSOLE_TEST_TIMEOUT_MS, expectNoProblems, useConsole } from "../../support/console.js";

const NETWORK = "41.202.219.0/24";
const NOON = timestampFromDate(new Date("2026-03-01T12:00:00Z"));
const ACTIVE_ENTRY = { phone: "+237670000001", isActive: true };

/** What the service may know of a number, and what a clerk reads of it. */
const CASES = [
  {
    known: { isSmsPaused: true, account: { state: AccountState.DEACTIVATED } },
    answers: [
      "L'envoi de SMS est suspendu pour tout le monde. Aucun message ne part en ce moment.",
      "Le compte est désactivé : aucun code ne part tant qu'il n'est pas réactivé.",
      "Aucun code n'a été envoyé à ce numéro depuis 24 heures, ou depuis la remise à zéro des limites.",
    ],
  },
  {
    known: {
      account: { state: AccountState.ACTIVE },
      sends: [
        { purpose: CodePurpose.PASSWORD_RESET, sentAt: NOON, network: NETWORK, delivery: Delivery.FAILED },
        { purpose: CodePurpose.ACTIVATION, sentAt: NOON, network: NETWORK, delivery: Delivery.DELIVERED },
      ],
      nextSends: [
        { purpose: CodePurpose.PASSWORD_RESET, network: NETWORK, resendAt: NOON, sendsLeft: 0 },
        { purpose: CodePurpose.ACTIVATION, network: NETWORK, resendAt: NOON, sendsLeft: 1 },
      ],
      codes: [{ purpose: CodePurpose.PHONE_CHANGE, phone: "+237670000002", attemptsLeft: 0 }],
    },
    answers: [
      "Le dernier SMS (Mot de passe oublié, 1 mars 2026, 12:00) n'arrivera pas. Il faut demander un autre code.",
      `Mot de passe oublié : le réseau ${NETWORK} a reçu tous ses codes du jour. Le prochain est possible à partir de : 1 mars 2026, 12:00.`,
      "Changement de numéro : le code est bloqué après trop d'essais. Il faut en demander un autre.",
    ],
  },
  {
    known: { isCountryAllowed: false },
    answers: [
      "Aucun SMS ne part vers les numéros de ce pays qui n'ont pas de compte.",
      "Le numéro n'est pas sur la liste blanche. Il ne peut pas s'inscrire, et aucun code ne lui est envoyé.",
      "Aucun code n'a été envoyé à ce numéro depuis 24 heures, ou depuis la remise à zéro des limites.",
    ],
  },
  {
    known: {
      whitelistItem: ACTIVE_ENTRY,
      sends: [{ purpose: CodePurpose.ACTIVATION, sentAt: NOON, delivery: Delivery.DELIVERED }],
      registrations: [{ firstName: "Marie", lastName: "Ngono", createdAt: NOON, namedAttemptsLeft: 0 }],
      namedAttemptsLeft: 0,
    },
    answers: [
      "Une inscription attend le code reçu par SMS.",
      "Le dernier SMS (Activation, 1 mars 2026, 12:00) est arrivé sur le téléphone.",
      "L'inscription n'a pas de code valable : il est bloqué ou il a expiré. Il faut en demander un autre dans l'application.",
      "Trop de codes d'activation faux ont été saisis en 24 heures. Remettez les limites à zéro pour en permettre d'autres.",
    ],
  },
  {
    known: {
      whitelistItem: { ...ACTIVE_ENTRY, isActive: false },
      sends: [{ purpose: CodePurpose.ACTIVATION, sentAt: NOON, delivery: Delivery.PENDING }],
    },
    answers: [
      "Le numéro est inactif sur la liste blanche. Il ne peut pas s'inscrire, et aucun code ne lui est envoyé.",
      "Le dernier SMS (Activation, 1 mars 2026, 12:00) est en cours d'envoi. Attendez quelques minutes.",
    ],
  },
];

describe("the answers in the console to who gets no SMS", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { signIn } = useConsole();

  it("says in sentences what stops the messages to a number", async () => {
    // The service knows such things of a number only after a bad day.
    const opened = await signIn({ timeZone: "UTC", view: "/whitelist" });
    const { page } = opened;
    for (const [index, { known, answers }] of CASES.entries()) {
      const message = create(GetAccountResponseSchema, { isCountryAllowed: true, ...known });
      await page.route("**/waterbill.identity.v1.AccountService/GetAccount", (route) =>
        route.fulfill({
          contentType: "application/proto",
          body: Buffer.from(toBinary(GetAccountResponseSchema, message)),
        }),
      );
      await page.evaluate(`location.hash = "#/accounts/23767000000${index}"`);
      await page.getByText(answers[0]!).waitFor();
      expect(await page.locator(".answers li").allTextContents()).to.deep.equal(answers);
    }
    expectNoProblems(opened);
  });
});
