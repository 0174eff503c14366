// Package analystview draws the centre's console: live crossings, search, histories, flows, the station board, parked events, the
// national alert list, enrolment, accounts and the audit log. It takes domain values and knows nothing of requests. It must never
// show a count that is not of the rows beside it, nor a datum without isolating its direction.
package analystview
