// Package pay is the fee of an application: what is owed, what a payment provider says came in, and what goes back. It exists so that
// nobody is charged twice and nothing that was paid is lost, whatever is killed between two steps.
//
// What the provider says is only ever added to (a payment is never forgotten); a step that was begun is repeated with the same idempotency
// key; money that is not owed goes back by itself. It must never see a card's number, never take a browser's word that something was paid,
// and never write a person's data to the provider, a log or a URL.
package pay
