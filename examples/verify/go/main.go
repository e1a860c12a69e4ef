// Verifies access tokens without asking WaterBill Identity, by its published keys. Prints a line for each token that it
// reads:
//
//	echo eyJ… | go run . http://localhost:8000
//
// What it can't see, until the token expires (15 minutes): that the session has ended, that the account was deactivated.
// Before an act that can't be undone, ask GetProfile instead: examples/go.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Never HS256: whoever has the public key could sign.
var algorithms = []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.RS256}

// accessTokenType is the service's ACCESS_TOKEN_TYP. go-oidc doesn't check it.
const accessTokenType = "at+jwt"

// user is what an access token says about a user, as of the moment when it was issued.
type user struct {
	ID       int64  `json:"user_id"`
	Phone    string `json:"phone"`
	FullName string `json:"full_name"`
}

// newVerifier reads the issuer's metadata once. The verifier fetches the keys when it needs them, and again when a token
// names a key that it doesn't have.
func newVerifier(ctx context.Context, issuer, audience string) (*oidc.IDTokenVerifier, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, algorithm := range algorithms {
		names = append(names, string(algorithm))
	}
	return provider.VerifierContext(ctx, &oidc.Config{ClientID: audience, SupportedSigningAlgs: names}), nil
}

// verify returns the user of an access token, or an error for any other token.
func verify(ctx context.Context, verifier *oidc.IDTokenVerifier, token string) (*user, error) {
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return nil, err
	}
	if parsed.Headers[0].ExtraHeaders[jose.HeaderType] != accessTokenType {
		return nil, errors.New("not an access token")
	}
	verified, err := verifier.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	claims := user{}
	if err := verified.Claims(&claims); err != nil {
		return nil, err
	}
	if claims.ID == 0 {
		return nil, errors.New("the token of a service")
	}
	return &claims, nil
}

func main() {
	ctx := context.Background()
	audience := "waterbill"
	if len(os.Args) > 2 {
		audience = os.Args[2]
	}
	verifier, err := newVerifier(ctx, os.Args[1], audience)
	if err != nil {
		panic(err)
	}
	tokens := bufio.NewScanner(os.Stdin)
	for tokens.Scan() {
		user, err := verify(ctx, verifier, tokens.Text())
		if err != nil {
			fmt.Println(http.StatusUnauthorized, err)
			continue
		}
		fmt.Println(http.StatusOK, user.ID, user.Phone, user.FullName)
	}
}
