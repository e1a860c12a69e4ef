package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"connectrpc.com/connect"
	identity "example.com/walk/gen/waterbill/identity/v1"
	"example.com/walk/gen/waterbill/identity/v1/identityv1connect"
)

const (
	timeout     = 10 * time.Second
	maxAttempts = 4
	// maxWait is the longest wait that a rate limit may ask for. Beyond it, people should hear that they have to wait.
	maxWait = 10 * time.Second
)

// client calls the identity service for one person.
type client struct {
	auth     identityv1connect.AuthServiceClient
	profiles identityv1connect.ProfileServiceClient
	// An app keeps the tokens in the secure storage of its device.
	access, refresh string
}

// newClient calls with the Connect protocol; connect.WithGRPC() is an option for gRPC.
func newClient(address string) *client {
	httpClient := &http.Client{Timeout: timeout}
	options := connect.WithInterceptors(connect.UnaryInterceptorFunc(retry))
	return &client{
		auth:     identityv1connect.NewAuthServiceClient(httpClient, address, options),
		profiles: identityv1connect.NewProfileServiceClient(httpClient, address, options),
	}
}

// retry sends a call again if it may succeed in a moment. After a lost response the first call may have been carried out:
// that does no harm here.
func retry(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		// Messages in English. French is the default.
		request.Header().Set("Accept-Language", "en")
		for attempt := 1; ; attempt++ {
			response, err := next(ctx, request)
			delay, isUseful := retryDelay(err, attempt)
			if !isUseful || ctx.Err() != nil {
				return response, err
			}
			time.Sleep(delay)
		}
	}
}

// retryDelay is how long to wait before a call is sent again, if that is of any use.
func retryDelay(err error, attempt int) (delay time.Duration, isUseful bool) {
	if err == nil || attempt == maxAttempts {
		return 0, false
	}
	if refused := toRefusal(err); refused.reason == "RATE_LIMITED" {
		return refused.retryAfter, refused.retryAfter <= maxWait
	}
	// Twice as long each time. Chance keeps clients apart that failed together.
	delay = 250 * time.Millisecond << attempt
	// connect-go calls a connection that was reset canceled, too.
	code := connect.CodeOf(err)
	return delay*3/4 + rand.N(delay/2), code == connect.CodeUnavailable || code == connect.CodeCanceled
}

func (c *client) signIn(ctx context.Context, phone, password string) error {
	request := &identity.LoginRequest{Phone: phone, Password: password}
	response, err := c.auth.Login(ctx, connect.NewRequest(request))
	if err != nil {
		return err
	}
	c.access, c.refresh = response.Msg.GetTokens().GetAccess(), response.Msg.GetTokens().GetRefresh()
	return nil
}

// refreshTokens stores the new tokens before it returns: the refresh token that was sent is used up.
func (c *client) refreshTokens(ctx context.Context) error {
	request := &identity.RefreshTokenRequest{Refresh: c.refresh}
	response, err := c.auth.RefreshToken(ctx, connect.NewRequest(request))
	if err != nil {
		if toRefusal(err).reason == "REFRESH_REJECTED" {
			// The session has ended. Only a new sign-in helps.
			c.access, c.refresh = "", ""
		}
		return err
	}
	c.access, c.refresh = response.Msg.GetAccess(), response.Msg.GetRefresh()
	return nil
}

// signedIn calls a method with the access token, which lives 15 minutes: once it is refused, it gets a new one and calls
// again.
func signedIn[Request, Response any](
	ctx context.Context, c *client,
	method func(context.Context, *connect.Request[Request]) (*connect.Response[Response], error), message *Request,
) (*Response, error) {
	call := func() (*Response, error) {
		request := connect.NewRequest(message)
		request.Header().Set("Authorization", "Bearer "+c.access)
		response, err := method(ctx, request)
		if err != nil {
			return nil, err
		}
		return response.Msg, nil
	}
	response, err := call()
	if err == nil || toRefusal(err).reason != "UNAUTHENTICATED" {
		return response, err
	}
	if err := c.refreshTokens(ctx); err != nil {
		return nil, err
	}
	return call()
}
