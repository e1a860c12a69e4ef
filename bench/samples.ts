import type { RegistrationRow } from "../src/db/models/registration.js";
import type { UserRow } from "../src/db/models/user.js";
import { addSeconds } from "../src/system/clock.js";
import type { Addition } from "../src/whitelist/whitelist-store.js";

export type SampleAccount = Omit<UserRow, "id" | "password_hash" | "second_factor_since">;
export type SampleRegistration = Pick<RegistrationRow, "phone" | "first_name" | "last_name" | "created_at">;

const ACCOUNT_COUNT = 1000;
const REGISTRATION_COUNT = 50;
const NUMBER_COUNT = 1200;

// Two lists whose lengths have no common factor, so that a full name repeats as late as possible.
const FIRST_NAMES =
  `Aïssatou Alain Armel Blaise Brenda Célestine Claude Didier Élodie Emmanuel Fatou Grâce Hervé Irène
  Jean Joëlle Kevin Léa Marthe Moussa Nadège Olivier Pauline Rachel Samuel Solange Théodore Ursule Vincent Yasmine
  Zoé`.split(/\s+/);
const LAST_NAMES =
  `Abena Atangana Bello Djoumessi Ebongue Essomba Fotso Hamidou Kamdem Kouam Manga Mbarga Mvondo Ndongo
  Ngono Nguimatsia Njoya Nkeng Onana Owona Sandjo Simo Tagne Talla Tchoumi Wandji Yakam Youmbi Zang`.split(
    /\s+/,
  );

/** A mobile number in Cameroon. */
const phoneOf = (index: number) => `+237699${index.toString().padStart(6, "0")}`;

const apartmentOf = (index: number) => `${"ABCDE"[index % 5]}${1 + (index % 30)}`;

const namesOf = (index: number) => ({
  first_name: FIRST_NAMES[index % FIRST_NAMES.length]!,
  last_name: LAST_NAMES[index % LAST_NAMES.length]!,
});

/**
 * A superuser, some staff, and customers, of whom some were deactivated and some are leaving. The newest is first. Names and states are the
 * same each time.
 */
export function sampleAccounts(now: Date): SampleAccount[] {
  return Array.from({ length: ACCOUNT_COUNT }, (_, index) => ({
    phone: phoneOf(index),
    ...namesOf(index),
    email: index % 4 === 0 ? null : `customer${index}@example.com`,
    address: index % 3 === 0 ? `${1 + (index % 90)} rue de la Joie` : null,
    apartment_name: index % 7 === 0 ? null : apartmentOf(index),
    is_staff: index % 40 <= 1,
    is_superuser: index === 0,
    ...stateOf(index, now),
  }));
}

function stateOf(index: number, now: Date) {
  const joined = addSeconds(now, -index * 27_000);
  const isDeactivated = index % 10 === 3;
  return {
    is_active: !isDeactivated,
    date_joined: joined,
    last_login: index % 6 === 5 ? null : addSeconds(joined, index * 20_000),
    deactivated_at: isDeactivated ? addSeconds(joined, index * 25_000) : null,
    deletion_at: index % 50 === 17 ? addSeconds(now, index * 1000) : null,
  };
}

/** People who registered in the last hours, with the numbers after those of the accounts. */
export function sampleRegistrations(now: Date): SampleRegistration[] {
  return Array.from({ length: REGISTRATION_COUNT }, (_, index) => ({
    phone: phoneOf(ACCOUNT_COUNT + index),
    ...namesOf(index),
    created_at: addSeconds(now, -index * 600),
  }));
}

/** The numbers of the accounts, and of people who have not registered. Some are not active. */
export function sampleNumbers(): Addition[] {
  return Array.from({ length: NUMBER_COUNT }, (_, index) => ({
    phone: phoneOf(index),
    notes:
      index % 5 === 0 ? "" : `Quartier ${["Nord", "Sud", "Est", "Ouest"][index % 4]}, ${apartmentOf(index)}`,
    isActive: index % 15 !== 4,
  }));
}
