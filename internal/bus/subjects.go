package bus

import (
	"fmt"
	"strings"
)

// Subjects of the network between stations and the centre. They are written here once, because the permissions of a
// station (station.go) and the code that speaks (package replication) must agree on every letter.
const (
	prefixPush      = "repl.push."
	prefixGet       = "repl.get."
	prefixReference = "ref.get."
	prefixNews      = "ref.new."
	prefixAudit     = "audit.push."
	prefixBlob      = "blob.push."
	prefixPrints    = "prints.get."
	prefixStatus    = "station.status."
	prefixInbox     = "_INBOX_"
)

// maxStationName bounds a station's name: it becomes one token of a subject and a SAN of a certificate.
const maxStationName = 32

// CheckStation says whether id may name a station: 1 to 32 characters of a-z, 0-9 and "-", beginning and ending with a
// letter or digit. Nothing else may reach a subject: a "." or a "*" would reach another station's.
func CheckStation(id string) error {
	if id == "" || len(id) > maxStationName {
		return fmt.Errorf("station id %q: 1 to %d characters expected", id, maxStationName)
	}
	for i, c := range []byte(id) {
		letterOrDigit := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		inner := c == '-' && i > 0 && i < len(id)-1
		if !letterOrDigit && !inner {
			return fmt.Errorf("station id %q: a-z, 0-9 and inner \"-\" expected, character %d is %q", id, i+1, c)
		}
	}
	return nil
}

// PushSubject carries the events of one station to the centre (request).
func PushSubject(station string) string { return prefixPush + station }

// PushSubjects is every station's PushSubject, for the centre's subscription.
func PushSubjects() string { return prefixPush + "*" }

// CursorSubject asks the centre how far it has committed the events of one station (request).
func CursorSubject(station string) string { return prefixGet + station }

// CursorSubjects is every station's CursorSubject.
func CursorSubjects() string { return prefixGet + "*" }

// AuditSubject carries audit leaves and checkpoints of one station to its witness, the centre (request).
func AuditSubject(station string) string { return prefixAudit + station }

// AuditSubjects is every station's AuditSubject.
func AuditSubjects() string { return prefixAudit + "*" }

// BlobSubject carries the encrypted evidence of one station to the centre, piece by piece (request).
func BlobSubject(station string) string { return prefixBlob + station }

// BlobSubjects is every station's BlobSubject.
func BlobSubjects() string { return prefixBlob + "*" }

// PrintsSubject asks the centre for the prints of another station's candidate that a task of one station names (request).
func PrintsSubject(station string) string { return prefixPrints + station }

// PrintsSubjects is every station's PrintsSubject.
func PrintsSubjects() string { return prefixPrints + "*" }

// StatusSubject carries the heartbeat of one station (request).
func StatusSubject(station string) string { return prefixStatus + station }

// StatusSubjects is every station's StatusSubject.
func StatusSubjects() string { return prefixStatus + "*" }

// ReferenceSubject asks the centre for a dataset (request).
func ReferenceSubject(dataset string) string { return prefixReference + dataset }

// ReferenceSubjects is every dataset's ReferenceSubject.
func ReferenceSubjects() string { return prefixReference + "*" }

// NewsSubject tells the stations that a dataset has a new version; a nudge, losing it costs only time.
func NewsSubject(dataset string) string { return prefixNews + dataset }

// NewsSubjects is every dataset's NewsSubject.
func NewsSubjects() string { return prefixNews + "*" }

// InboxPrefix is where the replies to one station go. A station may subscribe nothing else of the kind, so that it
// cannot read another's replies.
func InboxPrefix(station string) string { return prefixInbox + station }

// LastToken is the station (or dataset) that a subject ends in.
func LastToken(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }
