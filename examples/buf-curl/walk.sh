#!/bin/sh
# The life of a session with buf curl, from registration to sign-out. PROTOCOL is connect, grpc or grpcweb:
#
#   PROTOCOL=grpc sh examples/buf-curl/walk.sh [phone] [base URL]
#
# buf comes with `npm ci`; BUF names another one. sed reads the JSON here, which does for these responses; programs should
# use a parser, such as jq.
set -eu

phone=${1:-+237670000002}
base_url=${2:-${BASE_URL:-http://localhost:8000}}
protocol=${PROTOCOL:-connect}
password='Motdepasse123!'
access=''
refresh=''

root=$(cd "$(dirname "$0")/../.." && pwd)
buf=${BUF:-$root/node_modules/.bin/buf}
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# field <name>: the first text or number with this name in the last response. Nothing if there is none.
field() {
  sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}$/\1/p; s/^ *\"$1\": \([0-9]*\),\{0,1\}$/\1/p" "$output" | head -n 1
}

# send <method> <request>: leaves the response, or the error, in $output. --schema does without server reflection, which
# would be another call before each call.
send() {
  "$buf" curl --schema "$root/proto" --protocol "$protocol" --http2-prior-knowledge \
    --header 'Accept-Language: en' \
    ${access:+--header "Authorization: Bearer $access"} \
    --data "$2" "$base_url/waterbill.identity.v1.$1" >"$output" 2>&1
}

# call <method> <request>: fails if the call is refused, with buf's status, which is eight times the gRPC code.
#
# Sends a call again if the service is unavailable, after 1, 2 and 4 seconds, or a rate limit says when to come back. After
# a lost response the first call may have been carried out: that does no harm here.
call() {
  for delay in 1 2 4 ''; do
    status=0
    send "$@" || status=$?
    case $status in
      # UNAVAILABLE, and CANCELED: so buf calls a connection that was reset.
      112 | 8) ;;
      # RESOURCE_EXHAUSTED
      64) delay=${delay:+$(retry_delay)} ;;
      *) break ;;
    esac
    [ "$delay" ] || break
    sleep "$delay"
  done
  return "$status"
}

# retry_delay: the seconds that a rate limit asks for, if they are few; people would be told to wait for more. Where buf
# doesn't show them, 2.
retry_delay() {
  seconds=$(field retryDelay | tr -d s)
  seconds=${seconds:-2}
  if [ "${seconds%%.*}" -le 10 ]; then echo "$seconds"; fi
}

# refused: prints the last refusal, and the fields at fault. buf shows the reason (docs/errors.md) and the fields over
# Connect; over the other protocols it leaves the details of errors encoded, so that the code has to do.
refused() {
  code=$(field code)
  if [ -z "$code" ]; then fail "$(cat "$output")"; fi
  reason=$(field reason)
  echo "Refused: ${reason:-$code}: $(field message)"
  sed -n 's/^ *"field": "\([^"]*\)",$/  \1: /p; s/^ *"description": "\([^"]*\)"$/\1/p' "$output" | paste -d '\0' - -
}

fail() {
  echo "$1" >&2
  exit 1
}

# must <method> <request>: a call that has to succeed.
must() {
  call "$@" || { refused; exit 1; }
}

# must_not <status> <method> <request>: a call that is going to be refused.
must_not() {
  expected=$1
  shift
  if call "$@"; then fail "$1 was expected to fail."; fi
  refused
  [ "$status" -eq "$expected" ] || exit 1
}
INVALID_ARGUMENT=24
ALREADY_EXISTS=48
UNAUTHENTICATED=128

# Keeps both tokens of the last response. An app writes them to the secure storage of its device, before it uses them: the
# refresh token that was sent is used up.
keep_tokens() {
  access=$(field access)
  refresh=$(field refresh)
}

auth=AuthService
profile=ProfileService

if call $auth/Register '{"phone": "'"$phone"'", "firstName": "John", "lastName": "Doe",
    "password": "'"$password"'", "passwordConfirm": "'"$password"'"}'; then
  echo "Registered $phone. The code is in the SMS, which a server in development prints."
  # With it, Activate means this registration, even if somebody else registers the number too.
  registration=$(field registration)
  while
    printf 'Code: '
    read -r typed || fail 'No code was entered.'
    ! call $auth/Activate '{"phone": "'"$phone"'", "code": "'"$typed"'", "registration": "'"$registration"'"}'
  do
    refused
    # CODE_INCORRECT. Too many wrong codes are CODE_LOCKED, another status: ResendCode has another one sent.
    [ "$status" -eq "$INVALID_ARGUMENT" ] || exit 1
  done
  echo "Activated: $(field fullName)"
else
  refused
  # PHONE_TAKEN: on a second run the number has its account.
  [ "$status" -eq "$ALREADY_EXISTS" ] || exit 1
fi

must_not "$UNAUTHENTICATED" $auth/Login '{"phone": "'"$phone"'", "password": "wrong"}'
must $auth/Login '{"phone": "'"$phone"'", "password": "'"$password"'"}'
keep_tokens
echo 'Signed in'

must $profile/GetProfile '{}'
echo "Profile: $(field id) $(field phone) $(field fullName)"
must_not "$INVALID_ARGUMENT" $profile/UpdateProfile '{"profile": {"apartmentName": "B1204", "email": "john@"}}'
must $profile/UpdateProfile '{"profile": {"apartmentName": "B12"}}'
echo "Updated: apartment $(field apartmentName)"

# The access token lives 15 minutes. Once it is refused (UNAUTHENTICATED), this gets a new one.
must $auth/RefreshToken '{"refresh": "'"$refresh"'"}'
keep_tokens
echo 'Refreshed'
must $profile/ListSessions '{}'
# The caller's own session comes first.
echo "Session: $(field client) since $(field createdAt) (this one)"

must $auth/Logout '{"refresh": "'"$refresh"'"}'
echo 'Signed out'
# REFRESH_REJECTED. So it is for an app whose session was ended elsewhere: only a new sign-in helps.
must_not "$UNAUTHENTICATED" $auth/RefreshToken '{"refresh": "'"$refresh"'"}'
