// Package recheck checks decisions again that were made without the centre, or with a check that had no answer: by itself, once the
// centre can be reached and its reference data is confirmed again. It exists so that "nobody knew then" does not stay the last word. It
// must never change a decision: it states what is known now, for people to act on. It must never let a decision go without a result.
package recheck
