package listdb

// nudge tells Run that there is work.
func (l *Lists) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
