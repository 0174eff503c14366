// Package protectiondb keeps the cases of the protection service and the stops of refusal. Every step is a confidential record, an
// audit entry that names neither kind nor outcome, and an event for the centre, in one transaction.
//
// It must never be read for a page, a count or a list of anybody but the service. The one thing others learn is that a refusal is
// stopped, when they try one.
package protectiondb
