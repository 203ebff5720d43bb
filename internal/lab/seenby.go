package lab

// SeenBy returns the sample as the actor may see it. Who holds only the
// laboratory's role sees no price, acquisition, effects, complaint, overdose or
// notes: they tell of the visitor's life, not of what is in the sample. The
// administration of people adds no sight.
func (s Sample) SeenBy(actor Actor) Sample {
	if actor.isOperator() || actor.Has(s.ServiceID, Intake, Verifier, Coordinator) {
		return s
	}
	return SampleFields.only(&s, seen)
}
