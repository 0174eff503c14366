package capture

import "errors"

// Errors are all errors of readers, in the order of their words.
func Errors() []error {
	return []error{
		ErrUnreachable, ErrBusy, ErrNotReady, ErrTimeout, ErrNoFinger, ErrWrongFinger, ErrSignature, ErrChain, ErrStale, ErrUnsupported, ErrFailed,
		ErrNoReader,
	}
}

// Code is the catalogue's code of an error of a reader, below "capture.": that of ErrFailed for any other error, "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	for _, known := range Errors() {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ErrFailed.Error()
}

// Retry says whether trying again may help without anybody seeing to the reader: no finger, a wrong one, too slow, or busy.
func Retry(err error) bool {
	for _, passing := range []error{ErrBusy, ErrTimeout, ErrNoFinger, ErrWrongFinger} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
