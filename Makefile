# The same as ./dev, for hands that type make.
.PHONY: demo test check

demo test check:
	@./dev $@
