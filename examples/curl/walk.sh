#!/bin/sh
# The life of a session with curl and Connect JSON, from registration to sign-out:
#
#   sh examples/curl/walk.sh [phone] [base URL]
#
# curl 7.76 or newer. sed reads the JSON here, which does for these responses; programs should use a parser, such as jq.
set -eu

phone=${1:-+237670000002}
base_url=${2:-${BASE_URL:-http://localhost:8000}}
password='Motdepasse123!'
access=''
refresh=''
# Into a file, curl writes the last response only; into a pipe, also those before it.
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# field <name> <JSON>: the first field with this name, without quotes. Nothing if there is none.
field() {
  printf '%s' "$2" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# call <method> <request>: sets $response. Fails if the call is refused; $reason and $message say why (docs/errors.md).
#
# curl sends a call again if the connection breaks, the service is unavailable (503) or a rate limit says when to come back
# (429, Retry-After): after 1, 2 and 4 seconds, or when the limit says, for 20 seconds at most. After a lost response the
# first call may have been carried out: that does no harm here.
call() {
  curl --silent --show-error --max-time 10 --output "$body" \
    --retry 3 --retry-all-errors --retry-max-time 20 \
    --header 'Content-Type: application/json' \
    --header 'Accept-Language: en' \
    ${access:+--header "Authorization: Bearer $access"} \
    --data "$2" "$base_url/waterbill.identity.v1.$1" || exit
  response=$(cat "$body")
  case $response in
    '{"code":'*) ;;
    '{'*) return 0 ;;
    *) fail "no JSON, but: $response" ;;
  esac
  reason=$(field reason "$response")
  message=$(printf '%s' "$response" | sed 's/.*{"code":"[^"]*","message":"\([^"]*\)".*/\1/')
  return 1
}

# refused: prints the last refusal, and the fields at fault.
refused() {
  echo "Refused: $reason: $message"
  printf '%s\n' "$response" | tr '{' '\n' |
    sed -n 's/^"field":"\([^"]*\)","description":"\([^"]*\)".*/  \1: \2/p'
}

fail() {
  echo "$1" >&2
  exit 1
}

# must <method> <request>: a call that has to succeed.
must() {
  call "$@" || { refused; exit 1; }
}

# must_not <reason> <method> <request>: a call that is going to be refused.
must_not() {
  expected=$1
  shift
  if call "$@"; then fail "$1 was expected to fail with $expected."; fi
  refused
  [ "$reason" = "$expected" ] || exit 1
}

# Keeps both tokens of the last response. An app writes them to the secure storage of its device, before it uses them: the
# refresh token that was sent is used up.
keep_tokens() {
  access=$(field access "$response")
  refresh=$(field refresh "$response")
}

auth=AuthService
profile=ProfileService

if call $auth/Register '{"phone": "'"$phone"'", "firstName": "John", "lastName": "Doe",
    "password": "'"$password"'", "passwordConfirm": "'"$password"'"}'; then
  echo "Registered $phone. The code is in the SMS, which a server in development prints."
  # With it, Activate means this registration, even if somebody else registers the number too.
  registration=$(field registration "$response")
  while
    printf 'Code: '
    read -r code || fail 'No code was entered.'
    ! call $auth/Activate '{"phone": "'"$phone"'", "code": "'"$code"'", "registration": "'"$registration"'"}'
  do
    refused
    # Too many wrong codes are CODE_LOCKED: ResendCode has another one sent.
    [ "$reason" = CODE_INCORRECT ] || exit 1
  done
  echo "Activated: $(field fullName "$response")"
else
  refused
  # On a second run the number has its account.
  [ "$reason" = PHONE_TAKEN ] || exit 1
fi

must_not CREDENTIALS_REJECTED $auth/Login '{"phone": "'"$phone"'", "password": "wrong"}'
must $auth/Login '{"phone": "'"$phone"'", "password": "'"$password"'"}'
keep_tokens
echo 'Signed in'

must $profile/GetProfile '{}'
echo "Profile: $(field id "$response") $(field phone "$response") $(field fullName "$response")"
must_not INVALID_REQUEST $profile/UpdateProfile '{"profile": {"apartmentName": "B1204", "email": "john@"}}'
must $profile/UpdateProfile '{"profile": {"apartmentName": "B12"}}'
echo "Updated: apartment $(field apartmentName "$response")"

# The access token lives 15 minutes. Once it is refused (UNAUTHENTICATED), this gets a new one.
must $auth/RefreshToken '{"refresh": "'"$refresh"'"}'
keep_tokens
echo 'Refreshed'
must $profile/ListSessions '{}'
# The caller's own session comes first.
echo "Session: $(field client "$response") since $(field createdAt "$response") (this one)"

must $auth/Logout '{"refresh": "'"$refresh"'"}'
echo 'Signed out'
# So it is for an app whose session was ended elsewhere. Only a new sign-in helps.
must_not REFRESH_REJECTED $auth/RefreshToken '{"refresh": "'"$refresh"'"}'
