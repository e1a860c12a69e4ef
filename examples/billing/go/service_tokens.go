package main

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// serviceTokens keeps this service's own access token. Unlike oauth.TokenSource of gRPC, it replaces a token that was
// refused, and does without TLS on localhost.
type serviceTokens struct {
	config clientcredentials.Config
	mutex  sync.Mutex
	token  *oauth2.Token
}

// get returns a token that is valid for ten seconds at least. Calls at the same time share one request.
//
// Fails with Unavailable if the identity service can't be reached, and with Internal if it refuses this service.
func (t *serviceTokens) get(ctx context.Context) (string, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !t.token.Valid() {
		token, err := t.config.Token(ctx)
		if err != nil {
			return "", toStatus(err)
		}
		t.token = token
	}
	return t.token.AccessToken, nil
}

// forget drops a token that was refused, so that the next one is another.
func (t *serviceTokens) forget(token string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.token != nil && t.token.AccessToken == token {
		t.token = nil
	}
}

// intercept sends a token with a call, and the call once more with a new one if that was refused.
func (t *serviceTokens) intercept(
	ctx context.Context, method string, request, response any,
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	call := func() (string, error) {
		token, err := t.get(ctx)
		if err != nil {
			return "", err
		}
		authorized := metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
		return token, invoke(authorized, method, request, response, connection, options...)
	}
	token, err := call()
	if status.Code(err) == codes.Unauthenticated {
		t.forget(token)
		_, err = call()
	}
	return err
}

func toStatus(err error) error {
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) {
		httpStatus := refusal.Response.StatusCode
		if httpStatus < http.StatusInternalServerError && httpStatus != http.StatusTooManyRequests {
			return status.Errorf(codes.Internal, "the identity service refuses this service: %v", err)
		}
	}
	return status.Errorf(codes.Unavailable, "the identity service can't be reached: %v", err)
}
