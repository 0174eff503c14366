package receipt

import (
	"errors"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

// Verdict is what verification says of a receipt. There is no fourth.
type Verdict string

// The verdicts.
const (
	Genuine    Verdict = "genuine"     // a known key signed it while it was valid
	NotGenuine Verdict = "not_genuine" // a known key did not sign this, or it is no receipt
	CannotSay  Verdict = "cannot_say"  // the key is not known here, or was not valid then: never shown green
)

// Reasons of a verdict other than Genuine. They are keys of the text catalogue below "receipt.why.".
const (
	WhyUnreadable  = "unreadable"  // no seal, or a broken one
	WhyOther       = "other"       // a seal, but of no receipt
	WhySignature   = "signature"   // header, content or signature is not what the key signed
	WhyStation     = "station"     // the key of one station signed for another
	WhyDocument    = "document"    // genuine, but of another document than the one shown
	WhyKeyUnknown  = "key_unknown" //
	WhyKeyExpired  = "key_expired" // signed on a day on which the key did not sign
	WhyUnsupported = "unsupported" // a kind of signature that cannot be verified here
)

// Result is what verification found.
type Result struct {
	Verdict Verdict
	Why     string // empty when genuine
	Detail  string // which part is wrong, in English, for the log of a program; never a person's data
	// Header and Content are what the seal states. Unless Verdict is Genuine nobody vouches for them; Read tells whether they are there.
	Read    bool
	Header  seal.Header
	Content Content
	Key     PublicKey // the known key of the seal's reference; zero when there is none
}

// Keys are public keys by id.
type Keys map[string]PublicKey

// KeysOf are the keys of a file.
func KeysOf(list []PublicKey) Keys {
	keys := make(Keys, len(list))
	for _, k := range list {
		keys[k.ID] = k
	}
	return keys
}

// Verify verifies a seal with public keys alone: no database and no line is asked. shown is the number of the travel document that the
// bearer shows with it; empty for none.
func (keys Keys) Verify(sealed []byte, shown string) Result {
	s, err := seal.Parse(sealed)
	if err != nil {
		return Result{Verdict: NotGenuine, Why: WhyUnreadable, Detail: err.Error()}
	}
	content, err := contentIn(s)
	if err != nil {
		return Result{Verdict: NotGenuine, Why: WhyOther, Detail: err.Error(), Header: s.Header}
	}
	r := Result{Read: true, Header: s.Header, Content: content}
	key, known := keys[s.Reference]
	if !known {
		return r.say(CannotSay, WhyKeyUnknown, "key "+s.Reference+" is not among the keys")
	}
	r.Key = key
	parsed, err := key.Parsed()
	if err != nil {
		return r.say(CannotSay, WhyUnsupported, err.Error())
	}
	switch err := s.Verify(parsed); {
	case errors.Is(err, seal.ErrUnsupported):
		return r.say(NotGenuine, WhySignature, err.Error())
	case err != nil:
		return r.say(NotGenuine, WhySignature, "the signature does not fit header and content")
	case content.Station != key.Station:
		return r.say(NotGenuine, WhyStation, "the key is of another station")
	case !key.signs(midnight(s.Signed)):
		return r.say(CannotSay, WhyKeyExpired, "signed on a day on which the key did not sign")
	case shown != "" && !content.Is(shown):
		return r.say(NotGenuine, WhyDocument, "issued on another document")
	}
	r.Verdict = Genuine
	return r
}

func (r Result) say(v Verdict, why, detail string) Result {
	r.Verdict, r.Why, r.Detail = v, why, detail
	return r
}

func midnight(d traveldoc.Date) time.Time {
	if d.Precision() != traveldoc.PrecisionDay {
		return time.Time{}
	}
	return time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, time.UTC)
}
