// Package payhttp speaks to a payment provider by the protocol of docs/payments.md: orders, standings, refunds and call-backs as JSON over
// HTTPS, each signed with a shared key (HMAC-SHA-256) over a time stamp. It exists so that a State's provider is reached by one small adapter.
//
// It must never believe an answer or a call-back that is not signed, never follow a redirect, and never send anything of a person.
package payhttp
