// Package interpol asks outside services of the INTERPOL kind (SLTD, nominals, TDAWN, vehicles) about travellers, documents and vehicles, as
// checks of the counter. The service specifications of FIND and MIND are not public: what is here is a neutral contract in two steps
// (a short query gives candidates, an id gives the full report) that a transport fills. It must never let an outage pass for "no hit", never
// make the counter wait beyond a deadline, never send more than the kind of query needs, and never send anything without an audit entry.
package interpol
