package file

import (
	"encoding/json"
	"time"

	"github.com/openbmis/openbmis/biometrics"
)

// FingerWord is a crossing point's last word about a finger that somebody said is not there for good: of all of them the last one counts, so that
// no crossing point asks for it.
type FingerWord struct {
	Position biometrics.Position `json:"position"`
	// Missing is empty when a later word took the code back, or a print of the finger was taken.
	Missing biometrics.Missing `json:"missing,omitempty"`
	Station string             `json:"station"` // where it was said last
	At      time.Time          `json:"at"`      // when
	// By and Since are who said first that the finger is not there, and when.
	By    string    `json:"by,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// FingerWords reads the words of a published row. What cannot be used is left out: the sink of the files names it.
func FingerWords(absent []byte) []FingerWord {
	var parts []json.RawMessage
	if json.Unmarshal(absent, &parts) != nil {
		return nil
	}
	return usable(parts, "absent", new([]Unusable), checkFinger)
}

func checkFinger(w FingerWord) string {
	switch {
	case !w.Position.Finger():
		return "finger_unknown"
	case w.At.IsZero() || w.Missing != "" && w.Since.IsZero():
		return "time_missing"
	case w.Missing != "" && !w.Missing.Permanent():
		return "code_unknown"
	case w.Station == "" || !keepable(w.Station, w.By):
		return "text_unkeepable"
	}
	return ""
}
