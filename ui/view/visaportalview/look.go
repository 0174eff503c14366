package visaportalview

import (
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Look is how a verdict shows: the tone gives colour and sign, the word says the same.
type Look struct {
	Tone view.Tone
	Word text.Key
}

// LookOf is how the verdict on a photo, or of a check digit, shows. What was not judged is never green.
func LookOf(verdict string) Look {
	switch verdict {
	case "ok":
		return Look{view.ToneSuccess, text.VisaportalQItemOk}
	case "not_ok":
		return Look{view.ToneError, text.VisaportalQItemNotOk}
	case "right":
		return Look{view.ToneSuccess, text.VisaportalQDigitRight}
	case "wrong":
		return Look{view.ToneError, text.VisaportalQDigitWrong}
	case "none":
		return Look{view.ToneInfo, text.VisaportalQDigitNone}
	}
	return Look{view.ToneWarning, text.VisaportalQItemUnknown}
}
