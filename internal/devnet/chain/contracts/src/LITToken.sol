// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title The staking token, all of it with whoever deploys it
contract LITToken is ERC20 {
    constructor() ERC20("Lit Protocol", "LIT") {
        _mint(msg.sender, 1_000_000_000 ether);
    }
}
