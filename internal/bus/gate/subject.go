package gate

import (
	"fmt"
	"strings"
)

// Subjects of carriers. The carrier is always the third token: the import of the carrier's account fixes it.
const (
	// BatchSubjects and its like are what the gate listens to, over all carriers.
	BatchSubjects   = "api.v1.*.batch.paxlst"
	PushSubjects    = "pnr.v1.*.push.*"
	CheckSubjects   = "iapi.v1.*.check"
	AckSubjects     = "iapi.v1.*.ack"
	requestTokens   = 3
	maxInboxSubject = 512
)

// CheckCarrier says whether code may name a carrier: two or three of A-Z and 0-9 (IATA and ICAO designators). Nothing else may reach a
// subject, a stream's name or a folder.
func CheckCarrier(code string) error {
	if len(code) < 2 || len(code) > 3 {
		return fmt.Errorf("carrier %.10q: a designator of 2 or 3 characters expected", code)
	}
	for _, c := range []byte(code) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return fmt.Errorf("carrier %.10q: A-Z and 0-9 expected", code)
		}
	}
	return nil
}

// BatchSubject is where a carrier pushes PAXLST lists.
func BatchSubject(carrier string) string { return "api.v1." + carrier + ".batch.paxlst" }

// PushSubject is where a carrier pushes PNRGOV; form is "edifact" or "xml".
func PushSubject(carrier, form string) string { return "pnr.v1." + carrier + ".push." + form }

// CheckSubject is where a carrier asks whether a traveller may board.
func CheckSubject(carrier string) string { return "iapi.v1." + carrier + ".check" }

// AckSubject is where a carrier acknowledges an unsolicited message.
func AckSubject(carrier string) string { return "iapi.v1." + carrier + ".ack" }

// UnsolicitedSubject carries the State's unsolicited messages to a carrier.
func UnsolicitedSubject(carrier string) string { return "iapi.v1." + carrier + ".unsolicited" }

// NoticeSubject carries notices to a carrier.
func NoticeSubject(carrier string) string { return "ack.v1." + carrier }

// InboxPrefix is where the replies to one carrier go; it may subscribe to nothing else.
func InboxPrefix(carrier string) string { return "_INBOX." + carrier }

// CarrierOf is the carrier of a subject on which the gate was asked; "" when it is none.
func CarrierOf(subject string) string {
	tokens := strings.SplitN(subject, ".", requestTokens+1)
	if len(subject) > maxInboxSubject || len(tokens) <= requestTokens || CheckCarrier(tokens[2]) != nil {
		return ""
	}
	return tokens[2]
}

// OutStream is the stream of what goes to a carrier, and Reader the durable consumer by which he reads it.
func OutStream(carrier string) string { return "OUT_" + carrier }

// Reader is the name of a carrier's durable consumer on its OutStream.
const Reader = "carrier"

// Bucket is the object store in which a carrier lays what is larger than a message, until the gate has read it.
func Bucket(carrier string) string { return "UP_" + carrier }

// APIPrefix takes the place of "$JS.API" for carriers: under its own name each account's own interface, which is off, would answer too.
const APIPrefix = "BMIS.JS"

const jsAPI = "$JS.API"

// local is a subject of the gate as a carrier's account knows it.
func local(subject string) string {
	if rest, found := strings.CutPrefix(subject, jsAPI+"."); found {
		return APIPrefix + "." + rest
	}
	return subject
}

// requests are the subjects of the gate that a carrier may ask; stream says that more than one answer comes.
func requests(carrier string) []export {
	out, bucket := OutStream(carrier), Bucket(carrier)
	return []export{
		{BatchSubject(carrier), false}, {PushSubject(carrier, "edifact"), false}, {PushSubject(carrier, "xml"), false},
		{CheckSubject(carrier), false}, {AckSubject(carrier), false},
		{"$JS.API.CONSUMER.INFO." + out + "." + Reader, false}, {"$JS.API.CONSUMER.MSG.NEXT." + out + "." + Reader, true},
		{"$JS.ACK." + out + "." + Reader + ".>", false},
		{"$JS.API.STREAM.INFO.OBJ_" + bucket, false}, {"$JS.API.STREAM.PURGE.OBJ_" + bucket, false},
		{"$JS.API.DIRECT.GET.OBJ_" + bucket + ".>", false}, {"$O." + bucket + ".C.>", false}, {"$O." + bucket + ".M.>", false},
	}
}

// exports are the subjects of the gate's account that carriers' accounts import, each only with an activation for its own part.
func exports() []export {
	return []export{
		{BatchSubjects, false}, {PushSubjects, false}, {CheckSubjects, false}, {AckSubjects, false},
		{"$JS.API.CONSUMER.INFO.*." + Reader, false}, {"$JS.API.CONSUMER.MSG.NEXT.*." + Reader, true}, {"$JS.ACK.*." + Reader + ".>", false},
		{"$JS.API.STREAM.INFO.*", false}, {"$JS.API.STREAM.PURGE.*", false}, {"$JS.API.DIRECT.GET.*.>", false},
		{"$O.*.C.>", false}, {"$O.*.M.>", false},
	}
}

type export struct {
	subject string
	stream  bool
}
