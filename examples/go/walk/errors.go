package main

import (
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// refusal is what the details of an error say.
type refusal struct {
	// reason is for programs, such as CODE_INCORRECT (docs/errors.md); a code if there is no reason, such as Unavailable.
	reason string
	// message and fields are for people.
	message string
	fields  []*errdetails.BadRequest_FieldViolation
	// retryAfter says when a rate limit allows the next call; 0 if the error says nothing.
	retryAfter time.Duration
}

func toRefusal(err error) refusal {
	converted := status.Convert(err)
	result := refusal{reason: converted.Code().String(), message: converted.Message()}
	for _, detail := range converted.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			result.reason = detail.GetReason()
		case *errdetails.BadRequest:
			result.fields = detail.GetFieldViolations()
		case *errdetails.RetryInfo:
			result.retryAfter = detail.GetRetryDelay().AsDuration()
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
