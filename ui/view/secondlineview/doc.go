// Package secondlineview draws the second line: the queue of referrals, a case, and what a second person is shown before he signs. It
// takes domain values, decides nothing, and must never show a restricted reason to who may not see it.
package secondlineview
