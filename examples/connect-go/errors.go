package main

import (
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
)

// refusal is what the details of an error say.
type refusal struct {
	// reason is for programs, such as CODE_INCORRECT (docs/errors.md); a code if there is no reason, such as unavailable.
	reason string
	// message and fields are for people.
	message string
	fields  []*errdetails.BadRequest_FieldViolation
	// retryAfter says when a rate limit allows the next call; 0 if the error says nothing.
	retryAfter time.Duration
}

func toRefusal(err error) refusal {
	result := refusal{reason: connect.CodeOf(err).String(), message: fmt.Sprint(err)}
	var connectErr *connect.Error
	if !errors.As(err, &connectErr) {
		return result
	}
	result.message = connectErr.Message()
	for _, detail := range connectErr.Details() {
		// A detail of a type that this program doesn't know has no value.
		value, _ := detail.Value()
		switch value := value.(type) {
		case *errdetails.ErrorInfo:
			result.reason = value.GetReason()
		case *errdetails.BadRequest:
			result.fields = value.GetFieldViolations()
		case *errdetails.RetryInfo:
			result.retryAfter = value.GetRetryDelay().AsDuration()
		}
	}
	return result
}

// showRefusal prints err and returns nil if it is a refusal for this reason; otherwise returns err.
func showRefusal(reason string, err error) error {
	if err == nil || toRefusal(err).reason != reason {
		return err
	}
	printRefusal(err)
	return nil
}

func printRefusal(err error) {
	refused := toRefusal(err)
	fmt.Printf("Refused: %s: %s\n", refused.reason, refused.message)
	for _, field := range refused.fields {
		fmt.Printf("  %s: %s\n", field.GetField(), field.GetDescription())
	}
}
