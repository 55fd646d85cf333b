// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Pay many accounts alike in one transaction
contract Multisender {
    using SafeERC20 for IERC20;

    /// @notice Splits the value evenly; what does not divide goes back to the sender.
    function sendEth(address[] calldata recipients) external payable {
        uint256 amount = msg.value / recipients.length;
        for (uint256 i = 0; i < recipients.length; i++) {
            _pay(recipients[i], amount);
        }
        _pay(msg.sender, msg.value - amount * recipients.length);
    }

    /// @notice Splits the sender's allowance evenly.
    function sendTokens(address[] calldata recipients, address tokenContract) external {
        IERC20 token = IERC20(tokenContract);
        uint256 amount = token.allowance(msg.sender, address(this)) / recipients.length;
        for (uint256 i = 0; i < recipients.length; i++) {
            token.safeTransferFrom(msg.sender, recipients[i], amount);
        }
    }

    function _pay(address recipient, uint256 amount) private {
        (bool sent,) = payable(recipient).call{value: amount}("");
        require(sent, "A recipient refused the payment");
    }
}
