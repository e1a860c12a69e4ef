#!/bin/sh
# The life of a session with grpcurl, from registration to sign-out:
#
#   sh examples/grpcurl/walk.sh [phone] [base URL]
#
# grpcurl asks the server for its methods (reflection), so that it needs no .proto file. sed reads the JSON here, which does
# for these responses; programs should use a parser, such as jq.
set -eu

phone=${1:-+237670000002}
base_url=${2:-${BASE_URL:-http://localhost:8000}}
password='Motdepasse123!'
access=''
refresh=''

# Clear text, or TLS if the address begins with https.
case $base_url in
  http:*) plaintext=-plaintext ;;
  *) plaintext='' ;;
esac
address=${base_url#*://}

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# field <name>: the first text or number with this name in the last response. Nothing if there is none.
field() {
  sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}$/\1/p; s/^ *\"$1\": \([0-9]*\),\{0,1\}$/\1/p" "$output" | head -n 1
}

# send <method> <request>: leaves the response, or the error, in $output.
send() {
  grpcurl $plaintext -format-error -max-time 10 \
    -H 'Accept-Language: en' \
    ${access:+-H "Authorization: Bearer $access"} \
    -d "$2" "$address" "waterbill.identity.v1.$1" >"$output" 2>&1
}

# call <method> <request>: fails if the call is refused, with grpcurl's status, which is 64 and the gRPC code.
#
# Sends a call again if the service is unavailable, after 1, 2 and 4 seconds, or a rate limit says when to come back. After
# a lost response the first call may have been carried out: that does no harm here.
call() {
  for delay in 1 2 4 ''; do
    status=0
    send "$@" || status=$?
    case $status in
      # UNAVAILABLE, or no connection
      78 | 1) ;;
      # RESOURCE_EXHAUSTED
      72) delay=${delay:+$(retry_delay)} ;;
      *) break ;;
    esac
    [ "$delay" ] || break
    sleep "$delay"
  done
  return "$status"
}

# retry_delay: the seconds that a rate limit asks for, if they are few; people would be told to wait for more.
retry_delay() {
  seconds=$(field retryDelay | tr -d s)
  if [ "${seconds%%.*}" -le 10 ]; then echo "$seconds"; fi
}

# refused: prints the reason of the last refusal (docs/errors.md), the message, and the fields at fault.
refused() {
  reason=$(field reason)
  if [ -z "$reason" ]; then fail "$(cat "$output")"; fi
  echo "Refused: $reason: $(field message)"
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
INVALID_ARGUMENT=67
ALREADY_EXISTS=70
UNAUTHENTICATED=80

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
    read -r code || fail 'No code was entered.'
    ! call $auth/Activate '{"phone": "'"$phone"'", "code": "'"$code"'", "registration": "'"$registration"'"}'
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
