package main

import (
	"context"
	"net/url"
	"time"

	identity "example.com/billing/gen/waterbill/identity/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

const (
	timeout = 10 * time.Second
	// maxWait is the longest wait that a rate limit may ask for. Beyond it, people should hear that they have to wait.
	maxWait = 5 * time.Second
	// retries lets gRPC send a call again when the service is unavailable, each time after a longer wait that chance
	// varies. After a lost response the first call may have been carried out: that does no harm here.
	retries = `{"methodConfig": [{"name": [{}], "retryPolicy": {
		"maxAttempts": 4, "initialBackoff": "0.5s", "maxBackoff": "5s", "backoffMultiplier": 2,
		"retryableStatusCodes": ["UNAVAILABLE"]}}]}`
)

// client calls the identity service for one person.
type client struct {
	auth     identity.AuthServiceClient
	profiles identity.ProfileServiceClient
	// An app keeps the tokens in the secure storage of its device.
	access, refresh string
}

// connect opens a connection, over TLS if the address begins with https.
func connect(address string) (*grpc.ClientConn, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if parsed.Scheme == "https" {
		transport = credentials.NewTLS(nil)
	}
	return grpc.NewClient(
		parsed.Host,
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(retries),
		grpc.WithUnaryInterceptor(intercept),
	)
}

// intercept gives every call a deadline and a language, and waits once for a rate limit that is over soon.
func intercept(
	ctx context.Context, method string, request, response any,
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// Messages in English. French is the default.
	ctx = metadata.AppendToOutgoingContext(ctx, "accept-language", "en")
	err := invoke(ctx, method, request, response, connection, options...)
	if refused := toRefusal(err); refused.reason == "RATE_LIMITED" && refused.retryAfter <= maxWait {
		time.Sleep(refused.retryAfter)
		return invoke(ctx, method, request, response, connection, options...)
	}
	return err
}

func (c *client) signIn(ctx context.Context, phone, password string) error {
	response, err := c.auth.Login(ctx, &identity.LoginRequest{Phone: phone, Password: password})
	if err != nil {
		return err
	}
	c.access, c.refresh = response.GetTokens().GetAccess(), response.GetTokens().GetRefresh()
	return nil
}

// refreshTokens stores the new tokens before it returns: the refresh token that was sent is used up.
func (c *client) refreshTokens(ctx context.Context) error {
	response, err := c.auth.RefreshToken(ctx, &identity.RefreshTokenRequest{Refresh: c.refresh})
	if err != nil {
		if toRefusal(err).reason == "REFRESH_REJECTED" {
			// The session has ended. Only a new sign-in helps.
			c.access, c.refresh = "", ""
		}
		return err
	}
	c.access, c.refresh = response.GetAccess(), response.GetRefresh()
	return nil
}

// signedIn calls a method with the access token, which lives 15 minutes: once it is refused, it gets a new one and calls
// again.
func signedIn[Request, Response any](
	ctx context.Context, c *client,
	method func(context.Context, Request, ...grpc.CallOption) (Response, error), request Request,
) (Response, error) {
	call := func() (Response, error) {
		return method(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+c.access), request)
	}
	response, err := call()
	if err == nil || toRefusal(err).reason != "UNAUTHENTICATED" {
		return response, err
	}
	if err := c.refreshTokens(ctx); err != nil {
		return response, err
	}
	return call()
}
