import { DomainError, type FieldViolation, invalidField } from "../errors.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import { MAX_USER_ID, type User } from "../users/user.js";
import type { DirectoryStore } from "./directory-store.js";

export interface BatchGetUsersDeps {
  directory: DirectoryStore;
  phoneRules: PhoneRules;
}

export interface BatchGetUsersInput {
  userIds: readonly number[];
  phones: readonly string[];
}

export interface FoundUsers {
  /** In the order in which the input names them first. */
  users: User[];
  unknownIds: number[];
  /** In the spelling of the input. */
  unknownPhones: string[];
}

/**
 * Finds accounts by id or by phone number, active and deactivated, in one statement.
 *
 * Throws INVALID_REQUEST for neither ids nor numbers, or both; or with every number that is none; PHONE_REQUIRED,
 * PHONE_INVALID or PHONE_LENGTH if exactly one is wrong.
 */
export async function batchGetUsers(
  deps: BatchGetUsersDeps,
  { userIds, phones }: BatchGetUsersInput,
): Promise<FoundUsers> {
  if (userIds.length > 0 && phones.length > 0) throw invalidField("phones", (m) => m.idsOrPhones);
  if (userIds.length > 0) return findByIds(deps, userIds);
  if (phones.length > 0) return findByPhones(deps, phones);
  throw invalidField("user_ids", (m) => m.fieldRequired);
}

async function findByIds({ directory }: BatchGetUsersDeps, ids: readonly number[]): Promise<FoundUsers> {
  const asked = [...new Set(ids)];
  const possible = asked.filter((id) => id <= MAX_USER_ID);
  const found = new Map((await directory.findByIds(null, possible)).map((user) => [user.id, user]));
  return {
    users: asked.flatMap((id) => found.get(id) ?? []),
    unknownIds: asked.filter((id) => !found.has(id)),
    unknownPhones: [],
  };
}

async function findByPhones(deps: BatchGetUsersDeps, texts: readonly string[]): Promise<FoundUsers> {
  // Of several spellings of a number, the first one stands for all.
  const asked = new Map<string, string>();
  for (const [phone, text] of parsePhones(deps.phoneRules, texts)) {
    if (!asked.has(phone)) asked.set(phone, text);
  }
  const rows = await deps.directory.findByPhones(null, [...asked.keys()]);
  const found = new Map(rows.map((user) => [user.phone, user]));
  return {
    users: [...asked.keys()].flatMap((phone) => found.get(phone) ?? []),
    unknownIds: [],
    unknownPhones: [...asked].flatMap(([phone, text]) => (found.has(phone) ? [] : [text])),
  };
}

/** The normal form of each number, and its spelling. Throws if any is none. */
function parsePhones(rules: PhoneRules, texts: readonly string[]): [phone: string, text: string][] {
  const errors: DomainError[] = [];
  const parsed = texts.flatMap((text, index): [string, string][] => {
    try {
      return [[parsePhone(rules, text, `phones[${index}]`), text]];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      errors.push(error);
      return [];
    }
  });
  const [only, ...others] = errors;
  if (only && others.length === 0) throw only;
  const fields = errors.flatMap((error): readonly FieldViolation[] => error.fields);
  if (fields.length > 0) throw new DomainError("INVALID_REQUEST", { fields });
  return parsed;
}
