import type { DescField, JsonValue } from "@bufbuild/protobuf";
import { LoggableError } from "../system/loggable-error.js";

/** Shaped like a JWT, and signed by nobody. */
const TOKEN_SHAPE = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIxMDQyIn0.c2lnbmF0dXJl";

/** An example of every field of REST, by its name, or by those of its message and itself where that says more. */
const EXAMPLES: Readonly<Record<string, JsonValue>> = {
  // People.
  phone: "+237670000001",
  new_phone: "+237670000002",
  removed_phone: "+237670000001",
  actor_phone: "+237670000999",
  added_by_phone: "+237670000999",
  phones: "+237670000001",
  first_name: "Marie",
  last_name: "Ngono",
  full_name: "Marie Ngono",
  email: "marie.ngono@example.com",
  address: "12 rue Joffre, Douala",
  apartment_name: "B12",
  id: 1042,
  is_active: true,
  is_staff: false,
  is_superuser: false,
  date_joined: "2026-10-05T08:30:00Z",
  last_login: "2026-11-02T17:45:12Z",
  deletion_cancelled: true,
  deletion_at: "2026-12-16T09:30:00Z",
  "Account.deletion_at": null,
  "BatchSetAccountsActiveRequest.is_active": false,
  "SetAccountRoleRequest.role": "ACCOUNT_ROLE_STAFF",

  // Signing in.
  password: "Motdepasse123!",
  password_confirm: "Motdepasse123!",
  current_password: "Motdepasse123!",
  new_password: "AutreMotdepasse456!",
  new_password_confirm: "AutreMotdepasse456!",
  device: "AAAEEgABAAAAAGkHAAAJhZnRlciI6MTA0MiwibGlzdCI6InVzZXJzIn0",
  access: TOKEN_SHAPE,
  refresh: TOKEN_SHAPE,
  access_expires_in: 900,
  refresh_expires_in: 604_800,
  second_factor_required: true,
  second_factor_expires_at: "2026-12-02T17:45:12Z",

  // Codes.
  code: "123456",
  code_length: 6,
  token: "3f0c9f56-1c34-4a0b-9a55-0f3d9ce2b8d1",
  registration: "q3Rk0bVt7yLm2Xc9WnZs5H",
  attempts_left: 5,
  sends_left: 4,
  expires_at: "2026-11-02T17:55:12Z",
  resend_at: "2026-11-02T17:46:12Z",

  "CodeSend.sent_at": "2026-11-02T17:45:12Z",
  "CodeSend.delivery": "DELIVERY_ACCEPTED",
  "WaitingRegistration.network": "192.0.2.10",
  "WaitingRegistration.expires_at": "2026-11-03T17:45:12Z",
  "ActivationCode.issued_at": "2026-11-02T17:45:12Z",
  "ValidCode.issued_at": "2026-11-02T17:45:12Z",
  "ValidCode.purpose": "CODE_PURPOSE_PASSWORD_RESET",
  sends_last_24_hours: 1,
  named_attempts_left: 5,
  other_attempts_left: 5,
  "GetAccountResponse.named_attempts_left": 49,
  "GetAccountResponse.other_attempts_left": 25,
  is_sms_paused: false,
  is_country_allowed: true,

  // The overview.
  "GetOverviewResponse.role": "ACCOUNT_ROLE_STAFF",
  ...{ account_id: 1042, account_phone: "+237670000001", account_display_name: "Marie Ngono" },
  change_count: 1,
  ...{ failed_sms_last_hour: 2, sends_last_hour: 37, are_limits_in_memory: false },

  // Sessions.
  "Session.id": "8d3e2b6a-5f0e-4c57-b1c7-2f7a63f0c1de",
  "Session.address": "192.0.2.10",
  session_id: "8d3e2b6a-5f0e-4c57-b1c7-2f7a63f0c1de",
  client: "WaterBill/2.1 (Android 16)",
  created_at: "2026-11-02T17:45:12Z",
  last_used_at: "2026-11-03T06:10:00Z",
  is_current: true,
  revoked_count: 2,
  open_session_count: 1,

  // Histories of accounts.
  "AccountChange.action": "ACCOUNT_ACTION_ROLE_CHANGED",
  "AccountActor.kind": "ACCOUNT_ACTOR_KIND_ADMINISTRATOR",
  "AccountActor.id": 7,
  "AccountActor.phone": "+237670000999",
  display_name: "Paul Essomba",
  fields: "role",
  before: { role: "CUSTOMER" },
  after: { role: "STAFF" },
  "AccountChange.session_id": null,
  "AccountChange.session_count": null,

  // Reasons that administrators give.
  reason: "The phone was stolen",
  "SetAccountActiveRequest.reason": "The phone was found",
  "BatchSetAccountsActiveRequest.reason": "Moved out",
  "SetAccountRoleRequest.reason": "Joins the customer desk",
  "AccountChange.reason": "Joins the customer desk",
  "AccountServiceExportAccountRequest.reason": "Asked for by letter",
  "ClearLimitsRequest.reason": "Strangers have used up the codes",
  "EraseAccountRequest.reason": "Asked for by letter",

  // Exports.
  exported_at: "2026-11-03T06:12:00Z",
  deactivated_at: null,
  "AccountExport.deletion_at": null,
  has_older_history: false,
  has_older_sessions: false,
  "ExportedSession.id": "8d3e2b6a-5f0e-4c57-b1c7-2f7a63f0c1de",
  "ExportedSession.address": "192.0.2.10",
  "ExportedSession.expires_at": "2026-11-10T06:10:00Z",
  "ExportedCaller.expires_at": "2026-12-02T17:45:12Z",
  "ExportedCode.expires_at": "2026-11-01T09:39:00Z",
  "ExportedPhoneChange.created_at": "2026-11-01T09:29:00Z",
  "ExportedCaller.address": "192.0.2.10",
  ended_at: null,
  number: 3,
  at: "2026-11-01T09:30:00Z",
  action: "phone_changed",
  actor: "owner",
  "ExportedAct.fields": "phone",
  "ExportedAct.before": { phone: "+237670000003" },
  "ExportedAct.after": { phone: "+237670000001" },
  "ExportedAct.reason": null,
  "ExportedAct.session_id": null,
  session_count: 1,
  sent_at: "2026-11-01T09:29:00Z",
  purpose: "phone_change",
  "ExportedSend.delivery": "accepted",
  network: "192.0.2.0/24",
  old_phone: "+237670000003",
  confirmed_at: "2026-11-01T09:30:00Z",
  undo_until: "2026-11-02T09:30:00Z",
  issued_at: "2026-11-01T09:29:00Z",

  // Lists.
  page_size: 100,
  page_token: "eyJhZnRlciI6MTA0MiwibGlzdCI6InVzZXJzIn0.c2lnbmF0dXJl",
  next_page_token: "",
  search: "Ngono",
  omit_views: true,
  order_by: "phone desc",
  joined_after: "2026-01-01T00:00:00Z",
  joined_before: "2027-01-01T00:00:00Z",
  added_after: "2026-01-01T00:00:00Z",
  added_before: "2027-01-01T00:00:00Z",
  total_count: 2,
  active_count: 1,
  inactive_count: 1,
  pending_count: 3,
  deactivated_count: 1,
  leaving_count: 0,

  // Whitelist.
  notes: "Building B, second floor",
  added_at: "2026-10-01T09:00:00Z",
  added_by: "+237670000999",
  added_by_display: "Paul Essomba",
  actor_display: "Paul Essomba",
  is_authorized: true,
  happened_at: "2026-10-01T09:00:00Z",
  import_id: "",

  // Files.
  dry_run: false,
  all_or_nothing: false,
  line: 2,
  added_count: 1,
  reactivated_count: 0,
  unchanged_count: 1,
  refused_count: 0,
  not_applied_count: 0,
  omitted_line_count: 0,
  remove: false,
  "ImportLine.reason": null,
  "BatchResult.reason": null,
  message: null,
  delimiter: ";",
  bom: true,
};

/** A believable value of a field that holds no message. Throws if there is none: every field of REST has one. */
export function fieldExample(field: DescField): JsonValue {
  const own = EXAMPLES[`${field.parent.name}.${field.name}`];
  if (own !== undefined) return own;
  if (field.enum) return field.enum.values.find(({ number }) => number !== 0)!.name;
  const example = EXAMPLES[field.name];
  if (example === undefined)
    throw new LoggableError(`${field}: openapi/field-examples.ts has no example of it`);
  return example;
}
